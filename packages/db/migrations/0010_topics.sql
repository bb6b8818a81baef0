ALTER TABLE "avatars" ADD COLUMN "thread_id" integer;--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "thread_id" integer;