CREATE TABLE "recording_slides" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"recording_id" uuid NOT NULL,
	"chat_id" bigint NOT NULL,
	"message_id" bigint NOT NULL,
	"file_id" text NOT NULL,
	"text" text,
	"failure" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"done_at" timestamp with time zone,
	"next_check_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "group_rules" ADD COLUMN "mode" text DEFAULT 'reply' NOT NULL;--> statement-breakpoint
ALTER TABLE "group_rules" ADD COLUMN "documents" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "corrections" jsonb;--> statement-breakpoint
ALTER TABLE "recording_slides" ADD CONSTRAINT "recording_slides_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "recording_slides_one" ON "recording_slides" USING btree ("recording_id","chat_id","message_id");--> statement-breakpoint
CREATE INDEX "recording_slides_open" ON "recording_slides" USING btree ("next_check_at") WHERE "recording_slides"."done_at" is null;--> statement-breakpoint
CREATE INDEX "orders_status_message" ON "orders" USING btree ("chat_id","status_message_id") WHERE "orders"."kind" = 'transcription';