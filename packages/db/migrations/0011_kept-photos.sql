ALTER TABLE "conversations" ADD COLUMN "memory" jsonb;--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD COLUMN "is_archive" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD COLUMN "source_key" text;