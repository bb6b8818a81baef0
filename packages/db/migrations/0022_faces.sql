CREATE TABLE "avatar_faces" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"avatar_id" uuid NOT NULL,
	"photo_id" uuid NOT NULL,
	"embedding" real[] NOT NULL
);
--> statement-breakpoint
CREATE TABLE "avatar_shares" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"avatar_id" uuid NOT NULL,
	"user_id" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD COLUMN "doubt" text;--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD COLUMN "kept_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD COLUMN "face" jsonb;--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "consent_version" text;--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "likeness" real;--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "redo_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "avatars" ADD COLUMN "trained_by" uuid;--> statement-breakpoint
ALTER TABLE "images" ADD COLUMN "likeness" real;--> statement-breakpoint
ALTER TABLE "avatar_faces" ADD CONSTRAINT "avatar_faces_avatar_id_avatars_id_fk" FOREIGN KEY ("avatar_id") REFERENCES "public"."avatars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "avatar_shares" ADD CONSTRAINT "avatar_shares_avatar_id_avatars_id_fk" FOREIGN KEY ("avatar_id") REFERENCES "public"."avatars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "avatar_shares" ADD CONSTRAINT "avatar_shares_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "avatar_faces_avatar" ON "avatar_faces" USING btree ("avatar_id");--> statement-breakpoint
CREATE UNIQUE INDEX "avatar_faces_photo" ON "avatar_faces" USING btree ("photo_id");--> statement-breakpoint
CREATE UNIQUE INDEX "avatar_shares_one" ON "avatar_shares" USING btree ("avatar_id","user_id");--> statement-breakpoint
CREATE INDEX "avatar_shares_user" ON "avatar_shares" USING btree ("user_id");