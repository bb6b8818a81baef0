CREATE TABLE "style_previews" (
	"pack" text PRIMARY KEY NOT NULL,
	"object_key" text NOT NULL,
	"file_id" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
DROP INDEX "fal_jobs_whole_order";--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "instant" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "file_id" text;--> statement-breakpoint
ALTER TABLE "fal_jobs" ADD COLUMN "part" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "fal_jobs" ADD COLUMN "delivered" integer;--> statement-breakpoint
CREATE INDEX "images_cards" ON "images" USING btree ("owner_id","created_at","index","id") WHERE "images"."deleted_at" is null;--> statement-breakpoint
CREATE INDEX "images_favourite_cards" ON "images" USING btree ("owner_id","created_at","index","id") WHERE "images"."deleted_at" is null and "images"."favourite";--> statement-breakpoint
CREATE INDEX "images_avatar_cards" ON "images" USING btree ("owner_id","avatar_id","created_at","index","id") WHERE "images"."deleted_at" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "fal_jobs_parts" ON "fal_jobs" USING btree ("order_id","part") WHERE "fal_jobs"."piece" is null;