CREATE INDEX CONCURRENTLY "conversations_memories" ON "conversations" USING btree ("chat_id") WHERE "conversations"."memory" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "users_keep_recordings" ON "users" USING btree (jsonb_typeof("settings" -> 'keepRecordings'));--> statement-breakpoint
CREATE INDEX CONCURRENTLY "users_keep_images" ON "users" USING btree (jsonb_typeof("settings" -> 'keepImages'));--> statement-breakpoint
CREATE INDEX CONCURRENTLY "avatars_owner" ON "avatars" USING btree ("owner_id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "avatars_group" ON "avatars" USING btree ("chat_id") WHERE "avatars"."chat_id" < 0;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "avatars_untidy" ON "avatars" USING btree ("id") WHERE "avatars"."tidied_at" is null and "avatars"."state" in ('ready', 'deleted');--> statement-breakpoint
CREATE INDEX CONCURRENTLY "images_avatar" ON "images" USING btree ("avatar_id") WHERE "images"."avatar_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "images_deleted" ON "images" USING btree ("deleted_at") WHERE "images"."deleted_at" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "promo_code_uses_code" ON "promo_code_uses" USING btree ("code");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "questions_group" ON "questions" USING btree ("group_id") WHERE "questions"."group_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "notifications_group" ON "notifications" USING btree ("chat_id") WHERE "notifications"."chat_id" < 0;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "notifications_old" ON "notifications" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "fal_jobs_order" ON "fal_jobs" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "orders_unended" ON "orders" USING btree ("subject_id","kind") WHERE "orders"."state" in ('quoted', 'queued', 'running');--> statement-breakpoint
CREATE INDEX CONCURRENTLY "orders_ended" ON "orders" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "invoices_discount" ON "invoices" USING btree ("discount_use_id") WHERE "invoices"."discount_use_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "payments_subscription" ON "payments" USING btree ("subscription_id") WHERE "payments"."subscription_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "payments_invoice" ON "payments" USING btree ("invoice_id") WHERE "payments"."invoice_id" is not null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "payments_unstated" ON "payments" USING btree ("provider","created_at") WHERE "payments"."stated_at" is null;--> statement-breakpoint
CREATE INDEX CONCURRENTLY "data_exports_ended" ON "data_exports" USING btree ("ended_at");--> statement-breakpoint
CREATE INDEX CONCURRENTLY "recordings_deleted" ON "recordings" USING btree ("owner_id") WHERE "recordings"."deleted_at" is not null;