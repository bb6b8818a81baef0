CREATE TABLE "paid_calls" (
	"owner_id" bigint NOT NULL,
	"scope" text NOT NULL,
	"calls" integer NOT NULL,
	"last_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "paid_calls_owner_id_scope_pk" PRIMARY KEY("owner_id","scope")
);
--> statement-breakpoint
ALTER TABLE "recording_pieces" ADD COLUMN "asked" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "recordings" ADD COLUMN "lost_ms" integer;--> statement-breakpoint
ALTER TABLE "paid_calls" ADD CONSTRAINT "paid_calls_owner_id_users_id_fk" FOREIGN KEY ("owner_id") REFERENCES "public"."users"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "paid_calls_last" ON "paid_calls" USING btree ("last_at");