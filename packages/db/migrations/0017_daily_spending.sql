CREATE TABLE "daily_spending" (
	"scope" text NOT NULL,
	"day" text NOT NULL,
	"micros" bigint NOT NULL,
	CONSTRAINT "daily_spending_scope_day_pk" PRIMARY KEY("scope","day")
);
