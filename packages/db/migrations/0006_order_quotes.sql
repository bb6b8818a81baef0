ALTER TABLE "orders" ADD COLUMN "exclusive" boolean DEFAULT false NOT NULL;--> statement-breakpoint
UPDATE "orders" SET "exclusive" = true WHERE "state" in ('queued', 'running') and "kind" <> 'image';--> statement-breakpoint
CREATE INDEX "orders_quotes" ON "orders" USING btree ("deadline_at") WHERE "orders"."state" = 'quoted';--> statement-breakpoint
CREATE UNIQUE INDEX "orders_exclusive" ON "orders" USING btree ("kind","subject_id") WHERE "orders"."exclusive" and "orders"."state" in ('quoted', 'queued', 'running');