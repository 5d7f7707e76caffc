BEGIN TRANSACTION;
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE bounces (
	delivery_id INTEGER NOT NULL, 
	email_key TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	status TEXT NOT NULL, 
	text TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_bounces PRIMARY KEY (delivery_id)
);
INSERT INTO "bounces" VALUES(5,'ben@example.org','soft','452 4.2.2','mailbox full',1795701083000000);
CREATE TABLE buckets (
	name TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	seen BIGINT NOT NULL, 
	free_at BIGINT NOT NULL, 
	line_at BIGINT NOT NULL, 
	CONSTRAINT pk_buckets PRIMARY KEY (name)
);
INSERT INTO "buckets" VALUES('fediverse min interval',1795165200000000,1795165200000000,1795166400000000,0);
CREATE TABLE channels (
	name TEXT NOT NULL, 
	paused BOOLEAN NOT NULL, 
	reason TEXT NOT NULL, 
	paused_until BIGINT, resumed_at BIGINT, 
	CONSTRAINT pk_channels PRIMARY KEY (name)
);
INSERT INTO "channels" VALUES('mail',1,'paused by hand',NULL,NULL);
CREATE TABLE contacts (
	id INTEGER NOT NULL, 
	email TEXT NOT NULL, 
	email_key TEXT NOT NULL, 
	name TEXT NOT NULL, 
	language TEXT NOT NULL, 
	timezone TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	consent_at BIGINT, 
	consent_how TEXT NOT NULL, 
	consent_from TEXT NOT NULL, 
	CONSTRAINT pk_contacts PRIMARY KEY (id), 
	CONSTRAINT uq_contacts_email_key UNIQUE (email_key)
);
INSERT INTO "contacts" VALUES(1,'ann@example.org','ann@example.org','Ann B.','de','Europe/Berlin',1795701078789851,1795701078000000,'form','https://gazette.example/');
INSERT INTO "contacts" VALUES(2,'ben@example.org','ben@example.org','','','',1795701079328198,NULL,'','');
INSERT INTO "contacts" VALUES(3,'cat@example.org','cat@example.org','','','',1795701079836409,NULL,'','');
INSERT INTO "contacts" VALUES(4,'eva@example.org','eva@example.org','Eva','','',1795701082000000,NULL,'','');
CREATE TABLE counts (
	edition_id INTEGER NOT NULL, 
	link INTEGER NOT NULL, 
	day TEXT NOT NULL, 
	number BIGINT NOT NULL, 
	CONSTRAINT pk_counts PRIMARY KEY (edition_id, link, day)
);
INSERT INTO "counts" VALUES(1,0,'2026-11-26',7);
CREATE TABLE credentials (
	channel TEXT NOT NULL, 
	content TEXT NOT NULL, 
	version INTEGER NOT NULL, 
	expires_at BIGINT, 
	ends_at BIGINT, 
	asked_at BIGINT, 
	worker TEXT NOT NULL, 
	leased_until BIGINT, 
	CONSTRAINT pk_credentials PRIMARY KEY (channel)
);
INSERT INTO "credentials" VALUES('fediverse','{"token": "kept"}',2,NULL,NULL,NULL,'',NULL);
CREATE TABLE deliveries (
	id INTEGER NOT NULL, 
	"key" TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	kind TEXT NOT NULL, 
	owner TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	edition_id INTEGER, 
	subscriber_id INTEGER, 
	post_path TEXT NOT NULL, 
	recipient TEXT NOT NULL, 
	recipient_name TEXT NOT NULL, 
	token TEXT NOT NULL, 
	payload TEXT NOT NULL, 
	state TEXT NOT NULL, 
	attempts INTEGER NOT NULL, 
	error TEXT NOT NULL, 
	status TEXT NOT NULL, 
	remote_id TEXT NOT NULL, 
	remote_url TEXT NOT NULL, 
	queued_at BIGINT NOT NULL, 
	started_at BIGINT, 
	last_started BIGINT, 
	sent_at BIGINT, 
	ended_at BIGINT, 
	not_before BIGINT, 
	cost BIGINT, 
	worker TEXT NOT NULL, 
	leased_until BIGINT, remark TEXT, handle TEXT, step TEXT, undone_at BIGINT, 
	CONSTRAINT pk_deliveries PRIMARY KEY (id)
);
INSERT INTO "deliveries" VALUES(1,'063dee312a39cb7c40fad41d3669ae16','mail','email','daily',1793620800000000,1,1,'','ann@example.org','Ann','vWnhAYO7cIYgy8vXpe4Ekw','','sent',1,'','','2026-11-26-story-number-2-of-the-harbour-063dee312a39cb7c40fad41d3669ae16.eml','file:///tmp/kept/queue/mail/2026-11-26-story-number-2-of-the-harbour-063dee312a39cb7c40fad41d3669ae16.eml',1795701081490570,1795701081506196,1795701081506196,1795701081513302,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(2,'65e933ae792bd64a187a9288f9731dff','mail','email','daily',1793620800000000,1,2,'','ben@example.org','','HedQkfVgse9Vnx4A-caSyA','','sent',1,'','','2026-11-26-story-number-2-of-the-harbour-65e933ae792bd64a187a9288f9731dff.eml','file:///tmp/kept/queue/mail/2026-11-26-story-number-2-of-the-harbour-65e933ae792bd64a187a9288f9731dff.eml',1795701081490570,1795701081515982,1795701081515982,1795701081518688,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(3,'039c73d0235f27ba268614b451fba67f','notes','note','social',1793620800000000,NULL,NULL,'posts/p2.md','','','','{"text": "What happened at the harbour on day 2, told at some length for all.\n\nhttps://kept.example/p2", "url": "https://kept.example/p2", "title": "Story number 2 of the harbour", "description": "What happened at the harbour on day 2, told at some length for all.", "language": "en", "tags": [], "content_warning": "", "picture": null}','sent',1,'','','2026-11-26-story-number-2-of-the-harbour-039c73d0235f27ba268614b451fba67f.json','file:///tmp/kept/queue/notes/2026-11-26-story-number-2-of-the-harbour-039c73d0235f27ba268614b451fba67f.json',1795701081501233,1795701081509209,1795701081509209,1795701081515482,NULL,NULL,NULL,'',NULL,NULL,'at://did:plc:abc/app.bsky.feed.post/3k',NULL,1795701084500000);
INSERT INTO "deliveries" VALUES(4,'f3a9413c339a85fe8a578e0d97d27e0f','mail','email','daily',1793793600000000,2,1,'','ann@example.org','Ann','vWnhAYO7cIYgy8vXpe4Ekw','','sent',1,'','','2026-11-26-story-number-4-of-the-harbour-f3a9413c339a85fe8a578e0d97d27e0f.eml','file:///tmp/kept/queue/mail/2026-11-26-story-number-4-of-the-harbour-f3a9413c339a85fe8a578e0d97d27e0f.eml',1795701082262931,1795701082298509,1795701082298509,1795701082311271,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(5,'14d19e70192a17ad0f53612939817df9','mail','email','daily',1793793600000000,2,2,'','ben@example.org','','HedQkfVgse9Vnx4A-caSyA','','sent',1,'','','2026-11-26-story-number-4-of-the-harbour-14d19e70192a17ad0f53612939817df9.eml','file:///tmp/kept/queue/mail/2026-11-26-story-number-4-of-the-harbour-14d19e70192a17ad0f53612939817df9.eml',1795701082262931,1795701082315638,1795701082315638,1795701082327143,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(6,'4d44a3d99e84020d702c11d4de441d5b','notes','note','social',1793793600000000,NULL,NULL,'posts/p4.md','','','','{"text": "What happened at the harbour on day 4, told at some length for all.\n\nhttps://kept.example/p4", "url": "https://kept.example/p4", "title": "Story number 4 of the harbour", "description": "What happened at the harbour on day 4, told at some length for all.", "language": "en", "tags": [], "content_warning": "", "picture": null}','sent',1,'','','2026-11-26-story-number-4-of-the-harbour-4d44a3d99e84020d702c11d4de441d5b.json','file:///tmp/kept/queue/notes/2026-11-26-story-number-4-of-the-harbour-4d44a3d99e84020d702c11d4de441d5b.json',1795701082288843,1795701082299149,1795701082299149,1795701082315137,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(7,'7662f900aed3277a5cf3d8da720cb501','mail','email','daily',1793966400000000,3,1,'','ann@example.org','Ann','vWnhAYO7cIYgy8vXpe4Ekw','','queued',0,'','','','',1795701083471985,NULL,NULL,NULL,NULL,1795701083471985,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(8,'9311e0fd9c0d99ca54af1993a7e0165f','mail','email','daily',1793966400000000,3,2,'','ben@example.org','','HedQkfVgse9Vnx4A-caSyA','','queued',0,'','','','',1795701083471985,NULL,NULL,NULL,NULL,1795701083471985,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(9,'7fcdd885394ec9ec7629275a9f23a0a2','notes','note','social',1793966400000000,NULL,NULL,'posts/p5.md','','','','{"text": "What happened at the harbour on day 5, told at some length for all.\n\nhttps://kept.example/p5", "url": "https://kept.example/p5", "title": "Story number 5 of the harbour", "description": "What happened at the harbour on day 5, told at some length for all.", "language": "en", "tags": [], "content_warning": "", "picture": null}','sent',1,'','','2026-11-26-story-number-5-of-the-harbour-7fcdd885394ec9ec7629275a9f23a0a2.json','file:///tmp/kept/queue/notes/2026-11-26-story-number-5-of-the-harbour-7fcdd885394ec9ec7629275a9f23a0a2.json',1795701083494935,1795701083505953,1795701083505953,1795701083519153,NULL,NULL,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(10,'60e78df5e3f63a703672c2326d7f37c7','mail','email','daily',1793793600000000,4,1,'','ann@example.org','Ann','vWnhAYO7cIYgy8vXpe4Ekw','','queued',0,'','','','',1795701084225964,NULL,NULL,NULL,NULL,1795701084225964,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(11,'5e1342fcba476e7d699ff801621d6b55','mail','email','daily',1793793600000000,4,2,'','ben@example.org','','HedQkfVgse9Vnx4A-caSyA','','queued',0,'','','','',1795701084225964,NULL,NULL,NULL,NULL,1795701084225964,NULL,'',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "deliveries" VALUES(12,'dbb46cde7f394ce7708262c14b2e3d3d','notes','note','social',1793793600000000,NULL,NULL,'posts/p4.md','','','','{"text": "What happened at the harbour on day 4, told at some length for all.\n\nhttps://kept.example/p4", "url": "https://kept.example/p4", "title": "Story number 4 of the harbour", "description": "What happened at the harbour on day 4, told at some length for all.", "language": "en", "tags": [], "content_warning": "", "picture": null}','sent',1,'','','2026-11-26-story-number-4-of-the-harbour-dbb46cde7f394ce7708262c14b2e3d3d.json','file:///tmp/kept/queue/notes/2026-11-26-story-number-4-of-the-harbour-dbb46cde7f394ce7708262c14b2e3d3d.json',1795701084246074,1795701084257331,1795701084257331,1795701084275199,NULL,NULL,NULL,'',NULL,NULL,NULL,'media 7',NULL);
CREATE TABLE doubts (
	delivery_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	likeness TEXT NOT NULL, 
	said TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_doubts PRIMARY KEY (delivery_id)
);
CREATE TABLE "editions" (
	id INTEGER NOT NULL, 
	slot_id INTEGER, 
	owner TEXT NOT NULL, 
	channel TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	subject TEXT NOT NULL, 
	html TEXT NOT NULL, 
	text TEXT NOT NULL, 
	preheader TEXT NOT NULL, 
	sender TEXT NOT NULL, 
	list_id TEXT NOT NULL, 
	after_id INTEGER NOT NULL, 
	last_id INTEGER NOT NULL, 
	kind TEXT NOT NULL, 
	segment TEXT NOT NULL, 
	slug TEXT NOT NULL, 
	published_at BIGINT, 
	hidden BOOLEAN NOT NULL, 
	CONSTRAINT pk_editions PRIMARY KEY (id), 
	CONSTRAINT fk_editions_slot_id FOREIGN KEY(slot_id) REFERENCES slots (id), 
	CONSTRAINT uq_editions_owner_slug UNIQUE (owner, slug)
);
INSERT INTO "editions" VALUES(1,1,'daily','mail',1793620800000000,'Story number 2 of the harbour','<p>Kept, {{ name }}</p>','Kept','What happened at the harbour on day 2, told at some length for all.','K <k@kept.example>','Kept <daily.kept.example>',0,2,'digest','','edition-1',NULL,0);
INSERT INTO "editions" VALUES(2,3,'daily','mail',1793793600000000,'Story number 4 of the harbour','<p>Kept, {{ name }}</p>','Kept','What happened at the harbour on day 4, told at some length for all.','K <k@kept.example>','Kept <daily.kept.example>',3,5,'digest','','edition-2',NULL,0);
INSERT INTO "editions" VALUES(3,5,'daily','mail',1793966400000000,'Story number 5 of the harbour','<p>Kept, {{ name }}</p>','Kept','What happened at the harbour on day 5, told at some length for all.','K <k@kept.example>','Kept <daily.kept.example>',6,8,'digest','','edition-3',NULL,0);
INSERT INTO "editions" VALUES(4,7,'daily','mail',1793793600000000,'Story number 4 of the harbour','<p>Kept, {{ name }}</p>','Kept','What happened at the harbour on day 4, told at some length for all.','K <k@kept.example>','Kept <daily.kept.example>',9,11,'digest','','edition-4',NULL,0);
CREATE TABLE events (
	id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	subscription_id INTEGER, 
	delivery_id INTEGER, 
	kind TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (id)
);
INSERT INTO "events" VALUES(1,3,3,NULL,'unsubscribed','one click',1795701080322285);
CREATE TABLE facts (
	name TEXT NOT NULL, 
	value TEXT NOT NULL, 
	CONSTRAINT pk_facts PRIMARY KEY (name)
);
INSERT INTO "facts" VALUES('posts.fingerprint','f68f5157fd4f5e444a80be0c1598c3b2');
CREATE TABLE grants (
	name TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	taken BIGINT NOT NULL, 
	CONSTRAINT pk_grants PRIMARY KEY (name, at)
);
INSERT INTO "grants" VALUES('fediverse quota',1795165200000000,1);
CREATE TABLE included (
	id INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	url TEXT NOT NULL, 
	path TEXT NOT NULL, 
	title TEXT NOT NULL, 
	description TEXT NOT NULL, 
	page_key TEXT NOT NULL, 
	again TEXT NOT NULL, 
	text_key TEXT NOT NULL, 
	dated BIGINT, 
	CONSTRAINT pk_included PRIMARY KEY (id)
);
INSERT INTO "included" VALUES(1,'daily',1793620800000000,'https://kept.example/p2','posts/p2.md','Story number 2 of the harbour','What happened at the harbour on day 2, told at some length for all.','587173687db3847b43a44b7d810635b5','','',NULL);
INSERT INTO "included" VALUES(2,'daily',1793620800000000,'https://kept.example/p1','posts/p1.md','Story number 1 of the harbour','What happened at the harbour on day 1, told at some length for all.','449981dbb85c7c6ff6a46924bedca738','','',NULL);
INSERT INTO "included" VALUES(3,'social',1793620800000000,'https://kept.example/p2','posts/p2.md','Story number 2 of the harbour','What happened at the harbour on day 2, told at some length for all.','587173687db3847b43a44b7d810635b5','','',NULL);
INSERT INTO "included" VALUES(4,'daily',1793793600000000,'https://kept.example/p4','posts/p4.md','Story number 4 of the harbour','What happened at the harbour on day 4, told at some length for all.','e92b5ff83ea37ddfc65bb933c25d2f0b','','',NULL);
INSERT INTO "included" VALUES(5,'daily',1793793600000000,'https://kept.example/p3','posts/p3.md','Story number 3 of the harbour','What happened at the harbour on day 3, told at some length for all.','da3beaa5777aaeb371ee2ebc96500445','','',NULL);
INSERT INTO "included" VALUES(6,'social',1793793600000000,'https://kept.example/p4','posts/p4.md','Story number 4 of the harbour','What happened at the harbour on day 4, told at some length for all.','e92b5ff83ea37ddfc65bb933c25d2f0b','','',NULL);
INSERT INTO "included" VALUES(7,'daily',1793966400000000,'https://kept.example/p5','posts/p5.md','Story number 5 of the harbour','What happened at the harbour on day 5, told at some length for all.','09263a21ea6df1fb4865bbea265018b3','','',NULL);
INSERT INTO "included" VALUES(8,'social',1793966400000000,'https://kept.example/p5','posts/p5.md','Story number 5 of the harbour','What happened at the harbour on day 5, told at some length for all.','09263a21ea6df1fb4865bbea265018b3','','',NULL);
INSERT INTO "included" VALUES(9,'daily',1793793600000000,'https://kept.example/p4','posts/p4.md','Story number 4 of the harbour','What happened at the harbour on day 4, told at some length for all.','e92b5ff83ea37ddfc65bb933c25d2f0b','before 0002, 9','',NULL);
INSERT INTO "included" VALUES(10,'daily',1793793600000000,'https://kept.example/p3','posts/p3.md','Story number 3 of the harbour','What happened at the harbour on day 3, told at some length for all.','da3beaa5777aaeb371ee2ebc96500445','before 0002, 10','',NULL);
INSERT INTO "included" VALUES(11,'daily',1793793600000000,'https://kept.example/p2','posts/p2.md','Story number 2 of the harbour','What happened at the harbour on day 2, told at some length for all.','587173687db3847b43a44b7d810635b5','before 0002, 11','',NULL);
INSERT INTO "included" VALUES(12,'daily',1793793600000000,'https://kept.example/p1','posts/p1.md','Story number 1 of the harbour','What happened at the harbour on day 1, told at some length for all.','449981dbb85c7c6ff6a46924bedca738','before 0002, 12','',NULL);
INSERT INTO "included" VALUES(13,'social',1793793600000000,'https://kept.example/p4','posts/p4.md','Story number 4 of the harbour','What happened at the harbour on day 4, told at some length for all.','e92b5ff83ea37ddfc65bb933c25d2f0b','before 0002, 13','',NULL);
CREATE TABLE keys (
	id TEXT NOT NULL, 
	secret TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	retired_at BIGINT, 
	CONSTRAINT pk_keys PRIMARY KEY (id)
);
INSERT INTO "keys" VALUES('k1','c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0LXNlY3I',1795701078000000,NULL);
CREATE TABLE lessons (
	channel TEXT NOT NULL, 
	server TEXT NOT NULL, 
	connections INTEGER, 
	rate DOUBLE, 
	held_until BIGINT, 
	said TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_lessons PRIMARY KEY (channel, server)
);
INSERT INTO "lessons" VALUES('mail','smtp.kept.example',3,NULL,NULL,'421 too many',1795165200000000);
CREATE TABLE mail_seen (
	mailbox TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT pk_mail_seen PRIMARY KEY (mailbox, mark)
);
CREATE TABLE mailboxes (
	name TEXT NOT NULL, 
	worker TEXT NOT NULL, 
	leased_until BIGINT, 
	read_at BIGINT, 
	outcome TEXT NOT NULL, 
	CONSTRAINT pk_mailboxes PRIMARY KEY (name)
);
CREATE TABLE notices (
	topic TEXT NOT NULL, 
	mark TEXT NOT NULL, 
	content TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	tries INTEGER NOT NULL, 
	next_at BIGINT, 
	CONSTRAINT pk_notices PRIMARY KEY (topic)
);
INSERT INTO "notices" VALUES('channel mail','paused','the sender is refused',1795165200000000,0,NULL);
CREATE TABLE paces (
	channel TEXT NOT NULL, 
	worker TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	rate DOUBLE NOT NULL, 
	CONSTRAINT pk_paces PRIMARY KEY (channel, worker)
);
CREATE TABLE posts (
	path TEXT NOT NULL, 
	size BIGINT NOT NULL, 
	mtime_ns BIGINT NOT NULL, 
	first_seen DOUBLE, 
	payload TEXT NOT NULL, 
	CONSTRAINT pk_posts PRIMARY KEY (path)
);
INSERT INTO "posts" VALUES('posts/p1.md',178,1795701078138177629,NULL,'1793527200.0	ok	{"path": "posts/p1.md", "url": "https://kept.example/p1", "title": "Story number 1 of the harbour", "description": "What happened at the harbour on day 1, told at some length for all.", "image": "", "date": "2026-11-01T10:00:00+00:00", "date_only": false, "updated": null, "categories": ["news"], "featured": false, "draft": false, "expires": null, "status": "ok", "problem": ""}	2026-11-01 10:00  ok          Story number 1 of the harbour  [posts/p1.md]	');
INSERT INTO "posts" VALUES('posts/p2.md',178,1795701078138177629,NULL,'1793613600.0	ok	{"path": "posts/p2.md", "url": "https://kept.example/p2", "title": "Story number 2 of the harbour", "description": "What happened at the harbour on day 2, told at some length for all.", "image": "", "date": "2026-11-02T10:00:00+00:00", "date_only": false, "updated": null, "categories": ["news"], "featured": false, "draft": false, "expires": null, "status": "ok", "problem": ""}	2026-11-02 10:00  ok          Story number 2 of the harbour  [posts/p2.md]	');
INSERT INTO "posts" VALUES('posts/p3.md',178,1795701078138177629,NULL,'1793700000.0	ok	{"path": "posts/p3.md", "url": "https://kept.example/p3", "title": "Story number 3 of the harbour", "description": "What happened at the harbour on day 3, told at some length for all.", "image": "", "date": "2026-11-03T10:00:00+00:00", "date_only": false, "updated": null, "categories": ["news"], "featured": false, "draft": false, "expires": null, "status": "ok", "problem": ""}	2026-11-03 10:00  ok          Story number 3 of the harbour  [posts/p3.md]	');
INSERT INTO "posts" VALUES('posts/p4.md',178,1795701078138177629,NULL,'1793786400.0	ok	{"path": "posts/p4.md", "url": "https://kept.example/p4", "title": "Story number 4 of the harbour", "description": "What happened at the harbour on day 4, told at some length for all.", "image": "", "date": "2026-11-04T10:00:00+00:00", "date_only": false, "updated": null, "categories": ["news"], "featured": false, "draft": false, "expires": null, "status": "ok", "problem": ""}	2026-11-04 10:00  ok          Story number 4 of the harbour  [posts/p4.md]	');
INSERT INTO "posts" VALUES('posts/p5.md',178,1795701078138177629,NULL,'1793872800.0	ok	{"path": "posts/p5.md", "url": "https://kept.example/p5", "title": "Story number 5 of the harbour", "description": "What happened at the harbour on day 5, told at some length for all.", "image": "", "date": "2026-11-05T10:00:00+00:00", "date_only": false, "updated": null, "categories": ["news"], "featured": false, "draft": false, "expires": null, "status": "ok", "problem": ""}	2026-11-05 10:00  ok          Story number 5 of the harbour  [posts/p5.md]	');
CREATE TABLE refusals (
	delivery_id INTEGER NOT NULL, 
	channel TEXT NOT NULL, 
	taken BIGINT NOT NULL, 
	CONSTRAINT pk_refusals PRIMARY KEY (delivery_id)
);
CREATE TABLE slots (
	id INTEGER NOT NULL, 
	owner TEXT NOT NULL, 
	slot BIGINT NOT NULL, 
	again TEXT NOT NULL, 
	read_at BIGINT NOT NULL, 
	outcome TEXT NOT NULL, 
	decisions BLOB NOT NULL, planned_at BIGINT, early BOOLEAN DEFAULT 0 NOT NULL, 
	CONSTRAINT pk_slots PRIMARY KEY (id), 
	CONSTRAINT uq_slots_owner_slot_again UNIQUE (owner, slot, again)
);
INSERT INTO "slots" VALUES(1,'daily',1793620800000000,'',1793620800000000,'edition',X'789C8DCF410E82301085E1ABBC748D5A405D7015C3A2D2293629AD61C61863BCBB45207149D2C56CE6FBA76F754F2C7CB89FF68355CD45B9873C465285CACF0BC31AA10295AECEBBB2DCE9134ADD685DC033587C0890842E0DA4DA62A58EDBA8E306AADE46D51BA86AA1223D89253B818CFD7198266EE0FCC882EB0B5DD6FB34BE60A25D522E8D901BC191992EB170C1F4B0D4794B8C98E4E663FF572B975AC8DB736D1D722F5F698614FB9F38DF83E4307D6C4DABF6F305E61481B3',NULL,0);
INSERT INTO "slots" VALUES(2,'social',1793620800000000,'',1793620800000000,'notes',X'789C8DCF416EC3201085E1AB3CB1B65BE3245DF82A55161406834AC062C6ADA22A778FEDBA52979658CC62F4FDC38F9A0A0BBF4E97979B53C3BBF2B3CC9554A3961785E18C5083BEEBDF5AADDBEE02DD0D5DD7203258624A90025B6EA4AECD1F753E469D0F50A763D4E900D5EF54A66F62599C44C66D1CD68907F85859F071875DF4B1D43B4C767BCA970A09044F66BDC4C12733C2918D8E18B9488879FC57D37B6DA55B262BB1E4D6CF29FDFE61DB5A4023A8267F22C4315045305FB46534A6642CB1BA3E9E7ADE83A7',NULL,0);
INSERT INTO "slots" VALUES(3,'daily',1793793600000000,'',1793793600000000,'edition',X'789C4D8FCB0AC23010457FE59275AB697D2CFA2BE2223693369026D2199122FEBBE90B8459DCCD3DE7CE473D130B1F9F97C360557353EE25AF9154A1F27961582354A0D6F5B5ACAA525F50E946EB029EC1E2438024B46920752F76D47943457A134BE6043276C1614EDCC0F991058F096DA677699C60A2DD542E8D909EE0C8CC4B2C5C301D2CB5DE122326E97DECFE6CA7CD16727BB5ED21FBF24A33A4D82DC4750F92C3FCD8AE56F7EF0F74B05635',NULL,0);
INSERT INTO "slots" VALUES(4,'social',1793793600000000,'',1793793600000000,'notes',X'789C4DCFC14EC3300CC6F157F994730BE9601CFA2A680793384D449654B10B9AD0DE7D6D2912520E3E58BFBFF363E62A2ACFF3F9E9EACDF86EC2A24B63D399F525157852EE70B2A7B77E187A7BC660476B3B248168CA195AE1EA95CDA5FBA35E0FAAF0378BAE4E66F23B876D92112135517CDCE0567DAAED062AFE4885DAA0911198B64B3C42A6099E5DF22C2855632AD3BFDACB51DBE85ED869AAA50F4BCEBF7FD8B75690148DCA27629A223744FAE23D3360CEE458CCE5FE00D8EA5829',NULL,0);
INSERT INTO "slots" VALUES(5,'daily',1793966400000000,'',1793966400000000,'edition',X'789C15C7310E83301044D1AB8CB6464945C355A2141B766C2C111B79374228CADD21D57FFF2B5BF3F0FB36DEDE26D3432A777AC8202BD5AE94C05F3E2195EE81D7815983B9F5035A0D76CD80D43A622112353E9D86B46A86712E46476DB1949AE5F93B0146D626C3',NULL,0);
INSERT INTO "slots" VALUES(6,'social',1793966400000000,'',1793966400000000,'notes',X'789C15C7310E83301044D1AB8CB6464945C355A2141B766C2C111B79374228CADD21D57FFF2B5BF3F0FB36DEDE26D3432A777AC8202BD5AE94C05F3E2195EE81D7815983B9F5035A0D76CD80D43A622112353E9D86B46A86712E46476DB1949AE5F93B0146D626C3',NULL,0);
INSERT INTO "slots" VALUES(7,'daily',1793793600000000,'2026-11-26T13:51:24+00:00',1793793600000000,'edition',X'789CADCFCB0AC2301085E15739645D35AD97455F455CC466520369229D2922E2BB9BDEC0BD4216B399EF9FBCD43DB1F0EE7EDC7656D567E506197A5285CACF0BC31AA10295AE4E9BB2DCE8234A5D6B5DC033587C0890842675A42EC54A1D162AD28358B213C8D889C338710DE77B165C9F68B2DEA6FE0913ED9272A987DC088ECC7889850BA685A5C65B62C424371FDBAFDA7EA985BC3DD7D621F7F295A64BB19DC4F91E2487F1636BFA8BAAFE47953F53EF0FCEDC8990',NULL,0);
INSERT INTO "slots" VALUES(8,'social',1793793600000000,'2026-11-26T13:51:24+00:00',1793793600000000,'notes',X'789CADCF416EC3201085E1AB3CB1B65B709A2E7C95AA0B0A8341256031E35651D5BBC7765D290788C46216A3EF1F7ED45C59F8793E3F5DBC1ADF54586469A43AB5BE240C6F853A0C7A78ED8DE9F519468F5A77480C969433A4C2D50BA9F7EE9F7A39A842DFC4B23A99ACDF396C138F08A9B1E0E30AB7EA536D57D8E28F54A80D120981EC768947C8768227973C314A9598CA74573B1DB58DEE999CA45AFAB0E4FCF7877D6B05ADA0D9F28998A6480DD17ED19E3198B375C477E2F070D13C4AFCBD01F78C8F6C',NULL,0);
CREATE TABLE subscriptions (
	id INTEGER NOT NULL, 
	contact_id INTEGER NOT NULL, 
	newsletter TEXT NOT NULL, 
	state TEXT NOT NULL, 
	token TEXT NOT NULL, 
	choices TEXT NOT NULL, 
	segment TEXT NOT NULL, 
	since BIGINT, 
	joined_at BIGINT, 
	seen_month INTEGER, 
	created_at BIGINT NOT NULL, 
	changed_at BIGINT NOT NULL, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (id), 
	CONSTRAINT uq_subscriptions_token UNIQUE (token), 
	CONSTRAINT uq_subscriptions_contact_id_newsletter UNIQUE (contact_id, newsletter)
);
INSERT INTO "subscriptions" VALUES(1,1,'daily','active','vWnhAYO7cIYgy8vXpe4Ekw','','',NULL,1795701078789851,NULL,1795701078789851,1795701078789851);
INSERT INTO "subscriptions" VALUES(2,2,'daily','active','HedQkfVgse9Vnx4A-caSyA','','',NULL,1795701079328198,NULL,1795701079328198,1795701079328198);
INSERT INTO "subscriptions" VALUES(3,3,'daily','unsubscribed','4w8dqHSamZqZ2XaJ2gHCnQ','','',NULL,1795701079836409,NULL,1795701079836409,1795701080322285);
INSERT INTO "subscriptions" VALUES(4,1,'weekly','active','qqqqqqqqqqqqqqqqqqqqqq','','',NULL,1795701081000000,NULL,1795701081000000,1795701081000000);
INSERT INTO "subscriptions" VALUES(5,4,'daily','pending','rrrrrrrrrrrrrrrrrrrrrr','','',NULL,1795701082000000,NULL,1795701082000000,1795701082000000);
CREATE TABLE suppressions (
	email_key TEXT NOT NULL, 
	email TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	CONSTRAINT pk_suppressions PRIMARY KEY (email_key)
);
INSERT INTO "suppressions" VALUES('dan@example.org','dan@example.org','by hand',1795701080834303);
CREATE TABLE watched (
	owner TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	CONSTRAINT pk_watched PRIMARY KEY (owner)
);
CREATE INDEX ix_bounces_email_key ON bounces (email_key);
CREATE INDEX ix_deliveries_notes ON deliveries (owner, slot) WHERE kind = 'note';
CREATE INDEX ix_deliveries_finished ON deliveries (channel, state) WHERE state = 'sent' OR state = 'rejected' OR state = 'cancelled';
CREATE INDEX ix_deliveries_unknown ON deliveries (channel, not_before, id) WHERE state = 'unknown';
CREATE INDEX ix_deliveries_costs ON deliveries (channel, last_started) WHERE cost IS NOT NULL;
CREATE INDEX ix_deliveries_queued ON deliveries (channel, not_before, id) WHERE state = 'queued';
CREATE UNIQUE INDEX uq_deliveries_note_key ON deliveries ("key") WHERE kind = 'note';
CREATE INDEX ix_deliveries_queued_readers ON deliveries (subscriber_id) WHERE state = 'queued';
CREATE INDEX ix_deliveries_sending ON deliveries (worker) WHERE state = 'sending';
CREATE INDEX ix_doubts_channel ON doubts (channel);
CREATE INDEX ix_included_owner_slot ON included (owner, slot);
CREATE UNIQUE INDEX uq_included_owner_page_key_again ON included (owner, page_key, again);
CREATE INDEX ix_included_owner_path ON included (owner, path);
CREATE INDEX ix_subscriptions_newsletter_segment_id ON subscriptions (newsletter, segment, id);
CREATE INDEX ix_subscriptions_newcomers ON subscriptions (newsletter, segment, since) WHERE since IS NOT NULL;
CREATE INDEX ix_events_contact_id ON events (contact_id);
CREATE UNIQUE INDEX uq_events_delivery_id_kind ON events (delivery_id, kind) WHERE delivery_id IS NOT NULL;
CREATE INDEX ix_editions_slot_id ON editions (slot_id);
CREATE INDEX ix_deliveries_queued_system ON deliveries (not_before, channel) WHERE state = 'queued' AND payload = 'system';
CREATE INDEX ix_editions_main ON editions (owner, slot, published_at, hidden) WHERE kind = 'digest' AND segment = '';
CREATE INDEX ix_editions_unpublished ON editions (id) WHERE kind = 'digest' AND published_at IS NULL;
COMMIT;
