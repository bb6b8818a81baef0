ALTER TABLE "data_exports" ADD COLUMN "as_links" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "message_id" bigint;--> statement-breakpoint
ALTER TABLE "erasures" ADD COLUMN "receipt_claimed_at" timestamp with time zone;