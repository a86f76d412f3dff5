-- Schemas, roles' rights and the platform's own records (schema ops).
-- Idempotent: run at every start. Roles exist already (warehouse/bootstrap.py).

create schema if not exists raw authorization loader;
create schema if not exists quarantine authorization loader;
create schema if not exists ops authorization loader;
create schema if not exists reference authorization transformer;
create schema if not exists staging authorization transformer;
create schema if not exists intermediate authorization transformer;
create schema if not exists marts authorization transformer;
-- Facts about persons: the transformer aggregates them, nobody else reads them.
create schema if not exists marts_restricted authorization transformer;
create schema if not exists evaluation authorization transformer;
-- Results whose rows are small places with counts of persons in them.
create schema if not exists evaluation_restricted authorization transformer;
create schema if not exists disclosed authorization transformer;
create schema if not exists published_candidate authorization transformer;
create schema if not exists published authorization publisher;

set role loader;

create table if not exists ops.batch (
    batch_id integer generated always as identity primary key,
    source_id text not null,
    scope_key text not null,
    period text,
    form_id text,
    file_name text not null,
    landed_path text not null,
    byte_count bigint not null,
    bytes_sha256 text not null,
    content_sha256 text,
    encoding text,
    status text not null check (status in ('loaded', 'refused')),
    refusal_code text,
    refusal_reason text,
    rows_read bigint not null default 0,
    rows_out_of_scope bigint not null default 0,
    rows_received bigint not null default 0,
    rows_loaded bigint not null default 0,
    rows_quarantined bigint not null default 0,
    rows_mended bigint not null default 0,
    rows_flagged bigint not null default 0,
    reference_date date,
    is_synthetic boolean not null,
    run_id text,
    code_version text not null,
    received_at timestamptz not null default now(),
    loaded_at timestamptz,
    constraint row_accounting check (rows_received = rows_loaded + rows_quarantined),
    constraint scope_accounting check (rows_read = rows_received + rows_out_of_scope)
);
create unique index if not exists batch_loaded_once
    on ops.batch (source_id, scope_key, bytes_sha256, coalesce(period, '')) where status = 'loaded';
create index if not exists batch_content on ops.batch (source_id, scope_key, content_sha256);
alter table ops.batch add column if not exists is_partial boolean not null default false;
alter table ops.batch add column if not exists partial_reason text;
alter table ops.batch add column if not exists is_accepted boolean not null default false;
alter table ops.batch add column if not exists pseudonym_version smallint;
alter table ops.batch add column if not exists reloaded_at timestamptz;
comment on table ops.batch is
    'One row per delivery that was loaded or refused as a whole. 배치(납품) 기록.';
comment on column ops.batch.is_partial is
    'Whether places are missing or the period was not over; see partial_reason. 부분 자료 여부.';
comment on column ops.batch.is_accepted is
    'Whether a person accepted a change that was refused as implausible. 담당자 확인 여부.';
comment on column ops.batch.pseudonym_version is
    'Version of the key of its pseudonyms, empty for sources without any. 가명키 버전.';
comment on column ops.batch.reloaded_at is
    'When its rows were read from landing anew (a new key or class); what it is of did not change.';
comment on constraint row_accounting on ops.batch is
    'Nothing is lost: rows received = rows loaded + rows quarantined.';

create table if not exists ops.batch_slice (
    batch_id integer not null references ops.batch,
    source_id text not null,
    slice_key text not null,
    current_from timestamptz not null default now(),
    superseded_at timestamptz,
    superseded_by integer references ops.batch,
    primary key (batch_id, slice_key)
);
create unique index if not exists batch_slice_current
    on ops.batch_slice (source_id, slice_key) where superseded_at is null;
comment on table ops.batch_slice is
    'Which batch holds which slice (period, district or both) of a source, and since when. '
    'One current batch per slice; earlier ones stay for "as of" questions. 배치별 유효 구간.';

create or replace view ops.changed_slice as
select
    slice.source_id,
    slice.slice_key,
    max(slice.batch_id) filter (where slice.superseded_at is null) as current_batch_id,
    max(slice.batch_id) as newest_batch_id,
    max(greatest(slice.current_from, slice.superseded_at, batch.reloaded_at)) as changed_at
from ops.batch_slice as slice
inner join ops.batch as batch using (batch_id)
-- An older snapshot that came later was never current: it changed nothing.
where slice.superseded_at is null or slice.superseded_at > slice.current_from
group by slice.source_id, slice.slice_key;
comment on view ops.changed_slice is
    'One row per slice of a source with the moment it last changed: what a late or corrected '
    'delivery touches, and no more. current_batch_id is empty for a slice that was taken out. '
    '변경된 구간.';

create table if not exists ops.drift (
    drift_id integer generated always as identity primary key,
    source_id text not null,
    scope_key text not null,
    kind text not null check (kind in ('column', 'code')),
    column_name text not null,
    name text not null,
    outcome text not null check (outcome in ('left_out', 'quarantined', 'kept_empty', 'refused')),
    row_count bigint not null,
    suggestion text,
    batch_id integer not null references ops.batch,
    first_seen_at timestamptz not null default now(),
    last_seen_at timestamptz not null default now(),
    unique (source_id, scope_key, kind, column_name, name)
);
comment on table ops.drift is
    'One row per header, or spelling of a place, office or class, that nobody knew, by source and '
    'sender: `busan-safety sources --unmapped`. Never a person''s data. 미등록 항목·명칭.';
comment on column ops.drift.name is
    'The header or spelling as sent; empty where the column''s values may not be shown.';
comment on column ops.drift.row_count is 'Rows with it in the latest delivery that had any.';

create table if not exists ops.pseudonym_key (
    version smallint primary key,
    check_value text not null,
    first_used_at timestamptz not null default now(),
    destroyed_at timestamptz
);
comment on table ops.pseudonym_key is
    'One row per version of the key of the pseudonyms: a value that tells keys apart, never the '
    'key. A key file that was lost or replaced is noticed by it. 가명키 버전 기록.';

create table if not exists ops.pull (
    pull_id integer generated always as identity primary key,
    source_id text not null,
    scope_key text not null,
    run_id text,
    outcome text not null check (outcome in ('new', 'unchanged', 'refused', 'failed')),
    batches_loaded integer not null default 0,
    deliveries_seen integer not null default 0,
    rows_loaded bigint not null default 0,
    rows_quarantined bigint not null default 0,
    message text,
    started_at timestamptz not null default now(),
    finished_at timestamptz
);
create index if not exists pull_latest on ops.pull (source_id, scope_key, pull_id desc);
-- When a sender that waits (a daily limit) is asked again by itself.
alter table ops.pull add column if not exists retry_at timestamptz;
create index if not exists pull_of_run on ops.pull (run_id);
comment on table ops.pull is
    'One row per attempt to fetch a source from one sender. 수집 시도 기록.';

create table if not exists ops.request_quota (
    key_hash text not null,
    service text not null,
    day date not null,
    used_count integer not null default 0,
    is_used_up boolean not null default false,
    next_at timestamptz not null default now(),
    primary key (key_hash, service, day)
);
comment on table ops.request_quota is
    'One row per key (its SHA-256), service and day in Korea: requests made, whether the sender '
    'said that the day is used up, and when the next request may go. 호출 한도 사용량.';

create table if not exists ops.dbt_result (
    dbt_result_id bigint generated always as identity primary key,
    run_id text not null,
    layer text not null,
    unique_id text not null,
    resource_type text not null,
    status text not null,
    message text,
    rows_affected bigint,
    failures bigint,
    seconds double precision not null,
    finished_at timestamptz not null default now()
);
comment on table ops.dbt_result is
    'One row per dbt model, seed or test and run. dbt 실행 결과.';

create table if not exists ops.build (
    build_id integer generated always as identity primary key,
    run_id text not null,
    inputs_fingerprint text not null,
    status text not null check (status in ('built', 'failed')),
    finished_at timestamptz not null default now()
);
alter table ops.build add column if not exists source_fingerprints jsonb;
comment on table ops.build is
    'One row per warehouse build, with the fingerprint of its inputs (current batches and code).';

create table if not exists ops.gate_decision (
    decision_id integer generated always as identity primary key,
    dataset text not null,
    candidate_fingerprint text not null,
    suite_hash text not null,
    code_version text not null,
    decision text not null check (decision in ('pass', 'warn', 'fail')),
    reasons jsonb not null default '[]',
    row_count bigint not null,
    decided_by text not null,
    run_id text,
    decided_at timestamptz not null default now(),
    unique (dataset, candidate_fingerprint, suite_hash)
);
comment on table ops.gate_decision is
    'One decision per candidate fingerprint and suite: may this be published? 공개 심사 결정.';

create table if not exists ops.release (
    release_id integer generated always as identity primary key,
    dataset text not null,
    version text not null,
    candidate_fingerprint text not null,
    decision_id integer not null,
    row_count bigint not null,
    path text not null,
    csv_sha256 text not null,
    released_at timestamptz not null default now(),
    withdrawn_at timestamptz,
    withdrawal_reason text,
    unique (dataset, version)
);
alter table ops.release add column if not exists withdrawn_by text;
alter table ops.release add column if not exists withdrawal_reason_en text;
comment on table ops.release is 'One row per published version of a dataset. 공개 이력.';
comment on column ops.release.withdrawn_at is
    'When it was taken back; its files are gone and a tombstone stands in its folder. 회수 시각.';

create table if not exists ops.published_count (
    published_count_id bigint generated always as identity primary key,
    dataset text not null,
    version text not null,
    row_key jsonb not null,
    event_count bigint,
    value_status text not null
);
-- A dataset may print several counts per row, in columns of other names than event_count.
alter table ops.published_count
    add column if not exists count_column text not null default 'event_count';
create index if not exists published_count_latest
    on ops.published_count (dataset, row_key, published_count_id);
comment on table ops.published_count is
    'Every count that ever went out, hidden ones as empty: a row where a version printed something '
    'else than the version before it. Stays when a version is withdrawn. 지금까지 공개한 모든 건수.';

create table if not exists ops.disclosure_attack (
    disclosure_attack_id integer generated always as identity primary key,
    dataset text not null,
    subject text not null,
    method text not null,
    cell_count bigint not null,
    hidden_count bigint not null,
    found_count bigint,
    increment_count bigint not null default 0,
    summary text not null,
    counts_fingerprint text not null,
    run_id text,
    attacked_at timestamptz not null default now()
);
create index if not exists disclosure_attack_latest
    on ops.disclosure_attack (dataset, subject, disclosure_attack_id);
comment on table ops.disclosure_attack is
    'What the attack on protected counts found, by the fingerprint of the attacked rows. Internal. '
    '비공개 값 역산 시도 결과.';
comment on column ops.disclosure_attack.found_count is
    'Hidden counts that could be known too closely; empty where the attack could not conclude. '
    '역산된 비공개 값 수.';

-- counts: rows as text. The same rows in any order have the same fingerprint.
create or replace function ops.counts_fingerprint(counts text [])
returns text language sql immutable set search_path = pg_catalog
as $$
    select md5(coalesce(string_agg(md5(line), '' order by line collate "C"), ''))
    from unnest(counts) as lines (line)
$$;

create table if not exists quarantine.rejected_row (
    batch_id integer not null references ops.batch,
    line bigint not null,
    reason_code text not null,
    reason text not null,
    column_name text,
    raw_row bytea not null,
    rejected_at timestamptz not null default now()
);
create index if not exists rejected_row_batch on quarantine.rejected_row (batch_id);
comment on table quarantine.rejected_row is
    'Every refused row, whole, with its line in the file and the reason. 격리된 행.';

create table if not exists quarantine.row_finding (
    batch_id integer not null references ops.batch,
    line bigint not null,
    rule_id text not null,
    action text not null check (action in ('mend', 'flag')),
    reason text not null,
    before jsonb,
    after jsonb
);
create index if not exists row_finding_batch on quarantine.row_finding (batch_id);
comment on table quarantine.row_finding is
    'Rows that were mended by a declared rule, or kept with a flag; values before and after.';

reset role;

grant usage on schema raw, ops, quarantine to transformer;
grant select on all tables in schema raw, ops to transformer;
grant insert, update on ops.dbt_result, ops.build, ops.gate_decision, ops.pull to transformer;
grant insert on ops.disclosure_attack to transformer;
alter default privileges for role loader in schema raw grant select on tables to transformer;
-- MAINTAIN: a build analyses what was just loaded, before autovacuum has seen it.
grant maintain on all tables in schema raw, ops to transformer;
alter default privileges for role loader in schema raw, ops grant maintain on tables to transformer;
grant usage on schema reference to loader;
alter default privileges for role transformer in schema reference grant select on tables to loader;
grant usage on schema published_candidate, ops to publisher;
grant select on ops.gate_decision, ops.batch, ops.release, ops.published_count to publisher;
grant insert on ops.published_count to publisher;
grant insert, update on ops.release to publisher;
alter default privileges for role transformer in schema published_candidate
    grant select on tables to publisher;
grant usage on schema marts, evaluation, published to evaluator;
grant select on all tables in schema marts, evaluation, published to evaluator;
alter default privileges for role transformer in schema marts grant select on tables to evaluator;
alter default privileges for role transformer in schema evaluation
    grant select on tables to evaluator;
alter default privileges for role publisher in schema published
    grant select on tables to evaluator;

-- A person can raise statement_timeout in a session of their own; PostgreSQL has no ceiling for it.
-- What is older than this when a build begins is ended, so that nobody holds a build up.
create or replace function ops.end_overdue_queries(older_than interval) returns integer
language sql security definer set search_path = pg_catalog
as $$
    select count(*)::integer
    from (
        select pg_terminate_backend(pid)
        from pg_stat_activity
        where
            usename = 'evaluator'
            and datname = current_database()
            and xact_start < clock_timestamp() - older_than
        offset 0
    ) as ended
$$;
comment on function ops.end_overdue_queries is
    'Ends evaluators'' transactions older than the interval; says how many. 장시간 조회 종료.';
revoke all on function ops.end_overdue_queries from public;
grant execute on function ops.end_overdue_queries to transformer;
