with holidays as (
    select * from {{ ref('holidays') }}
),

days as (
    select day::date as calendar_date
    from generate_series(
        '{{ var("calendar_first") }}'::date, '{{ var("calendar_last") }}'::date, interval '1 day'
    ) as day
),

final as (
    select
        days.calendar_date,
        holidays.name_ko as holiday_name_ko,
        extract(year from days.calendar_date)::smallint as year,
        extract(quarter from days.calendar_date)::smallint as quarter,
        extract(month from days.calendar_date)::smallint as month_number,
        extract(isodow from days.calendar_date)::smallint as iso_weekday,
        extract(isodow from days.calendar_date) in (6, 7) as is_weekend,
        holidays.holiday_date is not null as is_holiday,
        date_trunc('month', days.calendar_date)::date as month,
        date_trunc('quarter', days.calendar_date)::date as quarter_start,
        date_trunc('year', days.calendar_date)::date as year_start
    from days
    left join holidays
        on days.calendar_date = holidays.holiday_date
)

select * from final
