-- Both are trusted: whoever may create in the database may create them.
CREATE EXTENSION IF NOT EXISTS "btree_gin";--> statement-breakpoint
CREATE EXTENSION IF NOT EXISTS "pg_trgm";--> statement-breakpoint
CREATE TABLE "group_digests" (
	"chat_id" bigint PRIMARY KEY NOT NULL,
	"thread_id" integer,
	"user_id" bigint NOT NULL,
	"hour" smallint NOT NULL,
	"next_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "history_words" (
	"owner_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"sound" text collate "C" NOT NULL,
	"word" text collate "C" NOT NULL,
	CONSTRAINT "history_words_owner_id_sound_word_chat_id_pk" PRIMARY KEY("owner_id","sound","word","chat_id")
);
--> statement-breakpoint
CREATE TABLE "passages" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "passages_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"owner_id" bigint NOT NULL,
	"chat_id" bigint NOT NULL,
	"recording_id" uuid NOT NULL,
	"document_id" uuid,
	"lines" jsonb NOT NULL,
	"words" "tsvector" NOT NULL
);
--> statement-breakpoint
CREATE TABLE "questions" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"recording_id" uuid,
	"group_id" bigint,
	"question" text NOT NULL,
	"answer" jsonb,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"answered_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "recording_tags" (
	"recording_id" uuid NOT NULL,
	"tag_id" uuid NOT NULL,
	CONSTRAINT "recording_tags_recording_id_tag_id_pk" PRIMARY KEY("recording_id","tag_id")
);
--> statement-breakpoint
CREATE TABLE "tags" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"name" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "index_due_at" timestamp with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "parts" jsonb;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "merged_into" uuid;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "index_due_at" timestamp with time zone DEFAULT now();--> statement-breakpoint
ALTER TABLE "group_digests" ADD CONSTRAINT "group_digests_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "history_words" ADD CONSTRAINT "history_words_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passages" ADD CONSTRAINT "passages_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passages" ADD CONSTRAINT "passages_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "passages" ADD CONSTRAINT "passages_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "questions" ADD CONSTRAINT "questions_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "questions" ADD CONSTRAINT "questions_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_tags" ADD CONSTRAINT "recording_tags_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_tags" ADD CONSTRAINT "recording_tags_tag_id_tags_id_fk" FOREIGN KEY ("tag_id") REFERENCES "public"."tags"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "tags" ADD CONSTRAINT "tags_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "group_digests_due" ON "group_digests" USING btree ("next_at");--> statement-breakpoint
CREATE INDEX "group_digests_user" ON "group_digests" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "history_words_group" ON "history_words" USING btree ("chat_id","sound","word") WHERE "history_words"."chat_id" < 0;--> statement-breakpoint
CREATE INDEX "passages_words" ON "passages" USING gin ("owner_id","chat_id","words") WITH (fastupdate=false);--> statement-breakpoint
CREATE INDEX "passages_recording" ON "passages" USING btree ("recording_id");--> statement-breakpoint
CREATE INDEX "passages_document" ON "passages" USING btree ("document_id") WHERE "passages"."document_id" is not null;--> statement-breakpoint
CREATE INDEX "questions_owner" ON "questions" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX "questions_recording" ON "questions" USING btree ("recording_id");--> statement-breakpoint
CREATE INDEX "questions_old" ON "questions" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "recording_tags_tag" ON "recording_tags" USING btree ("tag_id");--> statement-breakpoint
CREATE UNIQUE INDEX "tags_one" ON "tags" USING btree ("owner_id","name");--> statement-breakpoint
ALTER TABLE "recordings" ADD CONSTRAINT "recordings_merged_into_recordings_id_fk" FOREIGN KEY ("merged_into") REFERENCES "public"."recordings"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "documents_unindexed" ON "documents" USING btree ("index_due_at") WHERE "documents"."index_due_at" is not null and "documents"."written_at" is not null;--> statement-breakpoint
CREATE INDEX "recordings_group" ON "recordings" USING btree ("chat_id","created_at") WHERE "recordings"."chat_id" < 0;--> statement-breakpoint
CREATE INDEX "recordings_merged" ON "recordings" USING btree ("merged_into") WHERE "recordings"."merged_into" is not null;--> statement-breakpoint
CREATE INDEX "recordings_unindexed" ON "recordings" USING btree ("index_due_at") WHERE "recordings"."index_due_at" is not null and "recordings"."transcribed_at" is not null and "recordings"."deleted_at" is null;