"""Marts behind routes and zones, programmes, survey, participation, schools and children."""

from __future__ import annotations

import psycopg

MARTS = """
create table marts.dim_dong (dong_code text, name_ko text);
alter table marts.fct_safe_routes
    add column dong_code text, add column route_name text, add column bell_count integer,
    add column cctv_count integer, add column lamp_count integer, add column board_count integer,
    add column mark_count integer, add column sign_count bigint, add column other_count integer,
    add column has_works boolean, add column designated_on date;
create table marts.fct_crime_zones (
    zone_id text, zone_kind text, district_code text, dong_code text, station_code text,
    works text, area_m2 numeric, has_works boolean, designated_on date, works_completed_on date,
    reference_date date, is_synthetic boolean
);
create table marts.fct_programmes_by_year (
    programme_id text, fiscal_year smallint, output_count numeric, current_won bigint,
    has_budget_line boolean, is_budget_partial boolean, is_output_about_people boolean,
    is_output_partial boolean, output_id text, output_unit text, catalogue_number smallint,
    name_ko text default '시책', name_en text default 'Programme', holder_ko text,
    programme_codes text, is_budget_shared boolean, planned_won bigint, executed_won bigint,
    execution_pct numeric, target_unit text, target_value numeric, reached_value numeric,
    coverage_pct numeric, evaluation_status text default 'planned',
    evaluation_design text default 'design', budget_as_of date, data_as_of date,
    is_synthetic boolean default true
);
create table marts.fct_survey_group_estimates (
    question text, group_kind text, group_code text, survey_year smallint, answer_count bigint,
    estimate numeric, lower_95 numeric, upper_95 numeric,
    interval_method text default 'linearised', data_as_of date default '2024-12-31',
    is_synthetic boolean default true
);
create schema if not exists marts_restricted;
drop table if exists marts_restricted.fct_survey_answers;
create table marts_restricted.fct_survey_answers (
    respondent_id text, district_code text, sex text, age_band text, survey_year smallint,
    is_aware boolean, is_afraid_at_night boolean, safety_crime_score smallint,
    safety_traffic_score smallint, safety_order_score smallint, living_lab_score smallint
);
create table marts.fct_participation_years (
    body text, activity_year smallint, body_name_en text, programme_id text,
    session_count bigint, proposal_count bigint, evaluation_count bigint,
    attendance_count bigint, item_count bigint, adopted_count bigint, completed_count bigint,
    answered_count bigint, answered_in_time_count bigint, mean_panel_score numeric,
    is_reported boolean, is_partial_period boolean, data_as_of date, is_synthetic boolean
);
create table marts.fct_measures_school_violence (
    place_code text, subgroup text, respondent_count bigint, victim_count bigint,
    is_reported boolean, period_start date default '2024-01-01',
    period_end date default '2024-06-30', data_as_of date default '2024-06-30',
    is_synthetic boolean default true
);
create table marts.fct_school_violence (
    district_code text, school_level text, report_count integer, deliberated_count integer,
    half_start date default '2024-01-01'
);
create table marts.fct_measures_child_keepers (
    place_code text, period_type text, covered_school_count bigint, primary_school_count bigint,
    is_reported boolean, is_partial_period boolean, period_start date, period_end date,
    data_as_of date, is_synthetic boolean
);
create table marts.fct_child_keeper_district_months (
    district_code text, keeper_count bigint, active_hours numeric, action_count bigint,
    is_reported boolean, month date default '2024-12-01', data_as_of date default '2024-12-31',
    is_synthetic boolean default true
);
create table marts.fct_measures_traffic_statistics (
    place_code text, school_zone_child_accident_count bigint, child_zone_count bigint,
    is_reported boolean, is_partial_period boolean default false,
    period_type text default 'year', period_start date default '2024-01-01',
    period_end date default '2024-12-31', data_as_of date default '2024-12-31',
    is_synthetic boolean default true
);
create table marts.fct_child_zones (
    district_code text, has_cctv boolean, reference_date date, is_synthetic boolean
);
"""

# Two waves of respondents, few in Jung-gu; some do not answer or say neither sex nor age. `n`
# decides everything.
SURVEY = """
insert into marts_restricted.fct_survey_answers
    select n::text,
        case when n / 2 % 20 = 0 then '26110' when n / 2 % 20 < 8 then '26140' else '26710' end,
        case when n % 41 > 0 then (array['남', '여'])[1 + n % 7 % 2] end,
        case when n % 37 > 0 then (array['20대', '40대', '60대 이상'])[1 + n % 11 % 3] end,
        2023 + n % 2, case when n % 9 > 0 then n % 3 = 0 end, n % 4 = 0,
        60, case when n % 13 > 0 then 60 end, 60, case when n % 10 = 0 then 70 end
    from generate_series(1, 800) as n;
insert into marts.fct_survey_group_estimates (
    question, group_kind, group_code, survey_year, answer_count, estimate, lower_95, upper_95
)
    select question, group_kind, group_code, survey_year, count(*), 50, 40, 60
    from marts_restricted.fct_survey_answers as answers
    cross join lateral (
        values ('aware', num_nonnulls(is_aware)),
            ('afraid_at_night', num_nonnulls(is_afraid_at_night)),
            ('safety_crime', 1), ('safety_traffic', num_nonnulls(safety_traffic_score)),
            ('safety_order', 1), ('safety_all', num_nonnulls(safety_traffic_score)),
            ('living_lab', num_nonnulls(living_lab_score))
    ) as questions (question, answered)
    cross join lateral (
        values ('city', '26'), ('district', district_code), ('sex', sex), ('age_band', age_band)
    ) as groups (group_kind, group_code)
    where answered = 1 and group_code is not null
    group by question, group_kind, group_code, survey_year;
"""
# Gijang sends no second half-year of its high schools, nor a year of accidents; a level of Seo-gu
# sends no reports. Of each measure one district alone has few; of
# three pupils who were asked none reports violence.
CHILDREN = """
insert into marts.fct_measures_school_violence (
    place_code, subgroup, respondent_count, victim_count, is_reported, period_start, period_end
)
    select district_code, level, case when is_sent then case n when 2 then 3 else 100 + n end end,
        case when is_sent then case n when 2 then 0 else 3 * n end end, is_sent, half,
        half + interval '6 months - 1 day'
    from (
        select *, row_number() over (order by half, district_code, level) as n,
            not (district_code = '26710' and level = 'high' and half = '2024-07-01') as is_sent
        from marts.dim_district
        cross join (values ('elementary'), ('middle'), ('high')) as levels (level)
        cross join (values (date '2024-01-01'), ('2024-07-01')) as halves (half)
    ) as rounds;
insert into marts.fct_school_violence
    select place_code,
        case subgroup
            when 'elementary' then '초등학교' when 'middle' then '중학교' else '고등학교' end,
        case when place_code <> '26140' or subgroup <> 'middle' then victim_count / 2 end,
        victim_count / 4, period_start
    from marts.fct_measures_school_violence where is_reported;
insert into marts.fct_child_keeper_district_months
    select district_code, case when month < '2024-06-01' then 6 + n end,
        case when month < '2024-06-01' then 30.5 * n end,
        case when month < '2024-06-01' then n end, month < '2024-06-01', month
    from (
        select *, row_number() over (order by month, district_code) as n
        from marts.dim_district
        cross join (values (date '2024-04-01'), ('2024-05-01'), ('2024-06-01')) as months (month)
    ) as months;
insert into marts.fct_measures_traffic_statistics (
    place_code, school_zone_child_accident_count, child_zone_count, is_reported, period_start,
    period_end
)
    select district_code, case when is_sent then case n when 4 then 2 else 1 + n end end, 20,
        is_sent, year, year + interval '1 year - 1 day'
    from (
        select *, row_number() over (order by year, district_code) as n,
            not (district_code = '26710' and year = '2023-01-01') as is_sent
        from marts.dim_district
        cross join (values (date '2023-01-01'), ('2024-01-01')) as years (year)
    ) as years;
insert into marts.fct_child_zones
    select district_code, true, '2024-06-30', true from marts.dim_district;
insert into marts.fct_measures_child_keepers
    select district_code, 'quarter', 2, 4, true, false, '2024-04-01', '2024-06-30', '2024-06-30',
        true
    from marts.dim_district;
"""


def add_people(warehouse: psycopg.Connection) -> None:
    """Some 800 respondents, and children and keepers of three districts with holes in it."""
    warehouse.execute(SURVEY)
    warehouse.execute(CHILDREN)
