CREATE TABLE "vocabulary" (
	"user_id" bigint NOT NULL,
	"term" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "vocabulary_user_id_term_pk" PRIMARY KEY("user_id","term")
);
--> statement-breakpoint
DROP INDEX "fal_jobs_order";--> statement-breakpoint
ALTER TABLE "fal_jobs" ADD COLUMN "piece" integer;--> statement-breakpoint
ALTER TABLE "fal_jobs" ADD COLUMN "seconds" integer;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "audio_start_ms" integer;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "audio_end_ms" integer;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "voiced" jsonb;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "words" jsonb;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "recogniser" text;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "tries" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "failure" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "want_speakers" boolean;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "voices" jsonb;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "roll_call" jsonb;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "stopped_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "vocabulary" ADD CONSTRAINT "vocabulary_user_id_users_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "fal_jobs_whole_order" ON "fal_jobs" USING btree ("order_id") WHERE "fal_jobs"."piece" is null;--> statement-breakpoint
CREATE UNIQUE INDEX "fal_jobs_piece" ON "fal_jobs" USING btree ("order_id","piece","model") WHERE "fal_jobs"."piece" is not null;