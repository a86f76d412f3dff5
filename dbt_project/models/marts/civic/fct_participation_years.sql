with activities as (
    select * from {{ ref('fct_participation_activities') }}
),

bodies as (
    select * from {{ ref('participation_bodies') }}
),

slices as (
    {{ current_slices('city_participation') }}
),

bounds as (
    select
        min(slice_key::integer) as first_year,
        max(slice_key::integer) as last_year,
        bool_or(is_synthetic) as is_synthetic,
        max(reference_date) as newest_date
    from slices
    having count(*) > 0
),

-- One slice is one year so far, sent once a quarter; its newest activity tells which one.
years as (
    select
        calendar.activity_year,
        slices.slice_key is not null as is_reported,
        coalesce(
            date_trunc('quarter', slices.reference_date) < make_date(calendar.activity_year, 10, 1),
            true
        ) as is_partial_period,
        bounds.is_synthetic,
        coalesce(slices.reference_date, bounds.newest_date) as data_as_of
    from bounds
    cross join
        lateral generate_series(bounds.first_year, bounds.last_year) as calendar (activity_year)
    left join slices
        on calendar.activity_year = slices.slice_key::integer
),

counted as (
    select
        body,
        activity_year,
        count(*) filter (where activity_kind = '회의') as session_count,
        count(*) filter (where activity_kind = '제안') as proposal_count,
        count(*) filter (where activity_kind = '평가') as evaluation_count,
        sum(attendance_count) as attendance_count,
        sum(item_count) as item_count,
        sum(adopted_count) as adopted_count,
        sum(completed_count) as completed_count,
        count(completed_on) as answered_count,
        count(*) filter (where is_completed_in_time) as answered_in_time_count,
        round(avg(panel_score), 2) as mean_panel_score
    from activities
    group by body, activity_year
),

final as (
    select
        bodies.body,
        bodies.programme_id,
        bodies.name_en as body_name_en,
        years.activity_year::smallint as activity_year,
        {% for name in [
            'session', 'proposal', 'evaluation', 'attendance', 'item', 'adopted', 'completed',
            'answered', 'answered_in_time',
        ] -%}
            case
                when years.is_reported then coalesce(counted.{{ name }}_count, 0)
            end as {{ name }}_count,
        {% endfor -%}
        counted.mean_panel_score,
        years.is_reported,
        years.is_partial_period,
        years.is_synthetic,
        years.data_as_of
    from years
    cross join bodies
    left join counted
        on
            bodies.body = counted.body
            and years.activity_year = counted.activity_year
)

select * from final
