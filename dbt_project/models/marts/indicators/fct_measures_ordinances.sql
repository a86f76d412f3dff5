with ordinances as (
    select * from {{ ref('fct_ordinances') }}
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

slices as (
    select * from {{ ref('stg_platform__batch_slices') }}
),

-- A district that delivered an empty list has no ordinance; one that delivered nothing is unknown.
registers as (
    select
        slices.slice_key as district_code,
        max(batches.reference_date) as reference_date,
        bool_or(batches.is_synthetic) as is_synthetic
    from slices
    inner join batches
        on slices.batch_id = batches.batch_id
    where
        slices.source_id = 'district_ordinances'
        and not slices.is_superseded
    group by slices.slice_key
),

-- From the quarter of the first promulgation to the newest register.
bounds as (
    select
        date_trunc(
            'quarter',
            coalesce(
                (select min(ordinances.promulgated_on) from ordinances),
                max(registers.reference_date)
            )
        )::date as first_period,
        date_trunc('quarter', max(registers.reference_date))::date as last_period,
        max(registers.reference_date) as newest_date,
        bool_or(registers.is_synthetic) as is_synthetic
    from registers
),

grid as (
    {{ district_grid('quarter', 'bounds') }}
),

-- The newest promulgation by the end of the quarter says whether an ordinance exists then.
-- A day with two promulgations counts the repeal last.
standing as (
    select distinct on (grid.district_code, grid.period_start)
        grid.district_code,
        grid.period_start,
        ordinances.revision_kind <> '폐지' as has_ordinance
    from grid
    inner join ordinances
        on
            grid.district_code = ordinances.district_code
            and grid.period_end >= ordinances.promulgated_on
    order by
        grid.district_code asc,
        grid.period_start asc,
        ordinances.promulgated_on desc,
        ordinances.revision_kind = '폐지' desc
),

final as (
    select
        'district' as place_type,
        grid.district_code as place_code,
        'quarter' as period_type,
        case
            when coalesce(registers.reference_date >= grid.period_start, false)
                then coalesce(standing.has_ordinance, false)::integer
        end as ordinance_count,
        coalesce(registers.reference_date >= grid.period_start, false) as is_reported,
        coalesce(registers.reference_date < grid.period_end, true) as is_partial_period,
        bounds.is_synthetic,
        grid.period_start,
        grid.period_end,
        case
            when registers.reference_date is null then bounds.newest_date
            else least(registers.reference_date, grid.period_end)
        end as data_as_of
    from grid
    cross join bounds
    left join registers
        on grid.district_code = registers.district_code
    left join standing
        on
            grid.district_code = standing.district_code
            and grid.period_start = standing.period_start
)

select * from final
