CREATE TABLE "document_templates" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"name" text NOT NULL,
	"instruction" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"deleted_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "recording_exports" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"owner_id" bigint NOT NULL,
	"recording_id" uuid NOT NULL,
	"document_id" uuid,
	"format" text NOT NULL,
	"line" integer,
	"language" text NOT NULL,
	"fingerprint" text,
	"object_key" text,
	"file_name" text,
	"caption" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"made_at" timestamp with time zone,
	CONSTRAINT "recording_exports_one" UNIQUE NULLS NOT DISTINCT("recording_id","document_id","format","line","language")
);
--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "document_language" text;--> statement-breakpoint
ALTER TABLE "users" ADD COLUMN "mask_personal" boolean;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "moments" jsonb;--> statement-breakpoint
ALTER TABLE "documents" ADD COLUMN "done" jsonb;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "title_from" text;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "speaker_names" jsonb;--> statement-breakpoint
ALTER TABLE "document_templates" ADD CONSTRAINT "document_templates_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_exports" ADD CONSTRAINT "recording_exports_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_exports" ADD CONSTRAINT "recording_exports_recording_id_recordings_id_fk" FOREIGN KEY ("recording_id") REFERENCES "public"."recordings"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "recording_exports" ADD CONSTRAINT "recording_exports_document_id_documents_id_fk" FOREIGN KEY ("document_id") REFERENCES "public"."documents"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "document_templates_owner" ON "document_templates" USING btree ("owner_id","created_at");--> statement-breakpoint
CREATE INDEX "recording_exports_document" ON "recording_exports" USING btree ("document_id");--> statement-breakpoint
CREATE INDEX "recording_exports_owner" ON "recording_exports" USING btree ("owner_id");