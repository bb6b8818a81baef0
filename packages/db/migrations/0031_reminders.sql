ALTER TABLE "documents" ADD COLUMN "remind_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "remind_chat_id" bigint;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "remind_thread_id" bigint;--> statement-breakpoint
CREATE INDEX "documents_remind" ON "documents" USING btree ("remind_at") WHERE "documents"."remind_at" is not null;