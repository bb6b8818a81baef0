CREATE TABLE "chats" (
	"id" bigint PRIMARY KEY NOT NULL,
	"type" text NOT NULL,
	"unreachable_since" timestamp with time zone,
	"unreachable_reason" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "conversations" (
	"chat_id" bigint NOT NULL,
	"user_id" bigint NOT NULL,
	"state" jsonb DEFAULT '{"name":"idle"}'::jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "conversations_chat_id_user_id_pk" PRIMARY KEY("chat_id","user_id")
);
--> statement-breakpoint
CREATE TABLE "users" (
	"id" bigint PRIMARY KEY NOT NULL,
	"username" text,
	"first_name" text DEFAULT '' NOT NULL,
	"language" text DEFAULT 'ru' NOT NULL,
	"language_chosen" boolean DEFAULT false NOT NULL,
	"blocked_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "avatar_photos" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"avatar_id" uuid NOT NULL,
	"file_id" text NOT NULL,
	"file_unique_id" text NOT NULL,
	"file_size" bigint,
	"state" text DEFAULT 'received' NOT NULL,
	"reason" text,
	"object_key" text,
	"width" integer,
	"height" integer,
	"miniature" text,
	"checks" integer DEFAULT 0 NOT NULL,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "avatars" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"subject" text,
	"consent_at" timestamp with time zone,
	"state" text DEFAULT 'draft' NOT NULL,
	"is_main" boolean DEFAULT false NOT NULL,
	"model" text,
	"trigger" text,
	"model_url" text,
	"model_key" text,
	"preview_key" text,
	"failure" text,
	"screen_message_id" bigint,
	"screen_due_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"trained_at" timestamp with time zone,
	"deleted_at" timestamp with time zone,
	"tidied_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "images" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"order_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"owner_id" bigint NOT NULL,
	"avatar_id" uuid,
	"prompt" text NOT NULL,
	"prompt_sent" text NOT NULL,
	"aspect" text NOT NULL,
	"seed" text,
	"width" integer NOT NULL,
	"height" integer NOT NULL,
	"content_type" text NOT NULL,
	"object_key" text NOT NULL,
	"details" jsonb,
	"favourite" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "notifications" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"key" text NOT NULL,
	"user_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"data" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"owed" jsonb,
	"sent" smallint DEFAULT 0 NOT NULL,
	"claimed_until" timestamp with time zone,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"unknown_outcomes" smallint DEFAULT 0 NOT NULL,
	"message_id" bigint,
	"error" text,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "pollers" (
	"bot_id" bigint PRIMARY KEY NOT NULL,
	"owner" text NOT NULL,
	"epoch" bigint NOT NULL,
	"next_offset" bigint DEFAULT 0 NOT NULL,
	"released_at" timestamp with time zone,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "telegram_updates" (
	"seq" bigserial NOT NULL,
	"bot_id" bigint NOT NULL,
	"update_id" bigint NOT NULL,
	"lane" text NOT NULL,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"state" text DEFAULT 'pending' NOT NULL,
	"owed" jsonb,
	"sent" smallint DEFAULT 0 NOT NULL,
	"claimed_until" timestamp with time zone,
	"attempts" smallint DEFAULT 0 NOT NULL,
	"unknown_outcomes" smallint DEFAULT 0 NOT NULL,
	"error" text,
	"poisoned_at" timestamp with time zone,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL,
	"received_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	CONSTRAINT "telegram_updates_bot_id_update_id_pk" PRIMARY KEY("bot_id","update_id")
);
--> statement-breakpoint
CREATE TABLE "circuit_breakers" (
	"name" text PRIMARY KEY NOT NULL,
	"reason" text NOT NULL,
	"opened_at" timestamp with time zone NOT NULL,
	"open_until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "fal_jobs" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"order_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"model" text NOT NULL,
	"input" jsonb NOT NULL,
	"state" text DEFAULT 'created' NOT NULL,
	"request_id" text,
	"test" boolean DEFAULT false NOT NULL,
	"error" jsonb,
	"checks" integer DEFAULT 0 NOT NULL,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"submitted_at" timestamp with time zone,
	"webhook_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"subject_id" uuid,
	"input" jsonb NOT NULL,
	"state" text DEFAULT 'queued' NOT NULL,
	"progress" jsonb,
	"failure" text,
	"status_message_id" bigint,
	"checks" integer DEFAULT 0 NOT NULL,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deadline_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "documents" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"recording_id" uuid NOT NULL,
	"owner_id" bigint NOT NULL,
	"kind" text NOT NULL,
	"language" text NOT NULL,
	"content" jsonb,
	"object_key" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"written_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "recording_pieces" (
	"recording_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"start_ms" integer NOT NULL,
	"end_ms" integer NOT NULL,
	"object_key" text NOT NULL,
	"silent" boolean DEFAULT false NOT NULL,
	"voiced_ms" integer NOT NULL,
	"text" text,
	"language" text,
	"segments" jsonb,
	"done_at" timestamp with time zone,
	CONSTRAINT "recording_pieces_recording_id_index_pk" PRIMARY KEY("recording_id","index")
);
--> statement-breakpoint
CREATE TABLE "recordings" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"message_id" bigint NOT NULL,
	"source" text NOT NULL,
	"file_id" text NOT NULL,
	"file_name" text,
	"mime_type" text,
	"file_size" bigint,
	"title" text NOT NULL,
	"duration_ms" integer,
	"language" text,
	"text" text,
	"segments" jsonb,
	"transcript_key" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"transcribed_at" timestamp with time zone,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "avatar_photos" ADD CONSTRAINT "avatar_photos_avatar_id_avatars_id_fk" FOREIGN KEY ("avatar_id") REFERENCES "public"."avatars"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "avatars" ADD CONSTRAINT "avatars_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "images" ADD CONSTRAINT "images_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "images" ADD CONSTRAINT "images_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "images" ADD CONSTRAINT "images_avatar_id_avatars_id_fk" FOREIGN KEY ("avatar_id") REFERENCES "public"."avatars"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "fal_jobs" ADD CONSTRAINT "fal_jobs_order_id_orders_id_fk" FOREIGN KEY ("order_id") REFERENCES "public"."orders"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "documents" ADD CONSTRAINT "documents_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD CONSTRAINT "recording_pieces_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "avatar_photos_file" ON "avatar_photos" USING btree ("avatar_id","file_unique_id");--> statement-breakpoint
CREATE INDEX "avatar_photos_due" ON "avatar_photos" USING btree ("next_check_at") WHERE "avatar_photos"."state" = 'received';--> statement-breakpoint
CREATE UNIQUE INDEX "avatars_name" ON "avatars" USING btree ("owner_id",lower("name")) WHERE "avatars"."state" <> 'deleted';--> statement-breakpoint
CREATE UNIQUE INDEX "avatars_main" ON "avatars" USING btree ("owner_id") WHERE "avatars"."is_main";--> statement-breakpoint
CREATE INDEX "avatars_screen_due" ON "avatars" USING btree ("screen_due_at") WHERE "avatars"."screen_due_at" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "images_order" ON "images" USING btree ("order_id","index");--> statement-breakpoint
CREATE INDEX "images_owner" ON "images" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "notifications_key" ON "notifications" USING btree ("key");--> statement-breakpoint
CREATE INDEX "notifications_due" ON "notifications" USING btree ("next_check_at") WHERE "notifications"."state" = 'pending';--> statement-breakpoint
CREATE INDEX "notifications_user" ON "notifications" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "telegram_updates_lane" ON "telegram_updates" USING btree ("bot_id","lane","seq") WHERE "telegram_updates"."state" <> 'done';--> statement-breakpoint
CREATE INDEX "telegram_updates_due" ON "telegram_updates" USING btree ("next_check_at") WHERE "telegram_updates"."state" <> 'done';--> statement-breakpoint
CREATE INDEX "telegram_updates_old" ON "telegram_updates" USING btree ("received_at");--> statement-breakpoint
CREATE UNIQUE INDEX "fal_jobs_order" ON "fal_jobs" USING btree ("order_id");--> statement-breakpoint
CREATE UNIQUE INDEX "fal_jobs_request" ON "fal_jobs" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "fal_jobs_due" ON "fal_jobs" USING btree ("next_check_at") WHERE "fal_jobs"."state" in ('created', 'submitting', 'submitted', 'cancelling');--> statement-breakpoint
CREATE INDEX "orders_due" ON "orders" USING btree ("next_check_at") WHERE "orders"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "orders_owner" ON "orders" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "orders_one_under_way" ON "orders" USING btree ("kind","subject_id") WHERE "orders"."state" in ('queued', 'running') and "orders"."kind" <> 'image';--> statement-breakpoint
CREATE UNIQUE INDEX "documents_one" ON "documents" USING btree ("recording_id","kind","language");--> statement-breakpoint
CREATE INDEX "documents_owner" ON "documents" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "recordings_owner" ON "recordings" USING btree ("owner_id","created_at");