CREATE TABLE "group_rules" (
	"chat_id" bigint PRIMARY KEY NOT NULL,
	"title" text DEFAULT '' NOT NULL,
	"administrators" bigint[] DEFAULT '{}' NOT NULL,
	"administrators_at" timestamp with time zone,
	"payer_id" bigint,
	"payer_since" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "orders" ADD COLUMN "payer_id" bigint;--> statement-breakpoint
ALTER TABLE "group_rules" ADD CONSTRAINT "group_rules_payer_id_users_id_fk" FOREIGN KEY ("payer_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "group_rules_payer" ON "group_rules" USING btree ("payer_id");--> statement-breakpoint
ALTER TABLE "orders" ADD CONSTRAINT "orders_payer_id_users_id_fk" FOREIGN KEY ("payer_id") REFERENCES "public"."users"("id") ON DELETE set null ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "orders_payer" ON "orders" USING btree ("payer_id") WHERE "orders"."payer_id" is not null;