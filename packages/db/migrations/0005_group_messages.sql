CREATE TABLE "group_messages" (
	"chat_id" bigint NOT NULL,
	"message_id" bigint NOT NULL,
	"owner_id" bigint NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "group_messages_chat_id_message_id_pk" PRIMARY KEY("chat_id","message_id")
);
--> statement-breakpoint
CREATE INDEX "group_messages_old" ON "group_messages" USING btree ("created_at");