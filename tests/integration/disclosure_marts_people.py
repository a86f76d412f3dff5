"""Marts behind routes and zones, programmes, survey, participation, schools and children."""

from __future__ import annotations

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
