-- One row per place, subgroup and period asked for. Numerators and denominators are added, rates
-- never; a sum with an unknown part is unknown. dbt's metrics (models/marts/indicators/
-- metrics.yml) say the same.
with cells as (
    select
        indicator_values.*,
        case
            when %(period)s in ('each', 'all') then indicator_values.period_start
            when %(period)s = 'half'
                then
                    (
                        date_trunc('year', indicator_values.period_start)
                        + case
                            when extract(month from indicator_values.period_start) > 6
                                then interval '6 months'
                            else interval '0'
                        end
                    )::date
            else date_trunc(%(period)s, indicator_values.period_start)::date
        end as group_start,
        -- A place with nothing to measure (denominator 0) adds nothing; any other gap is unknown.
        indicator_values.value is null
        and indicator_values.denominator is distinct from 0 as is_unknown
    from marts.fct_indicator_value as indicator_values
    where
        indicator_values.indicator_id = %(indicator)s
        and indicator_values.definition_version = %(version)s
        and indicator_values.period_type = %(frequency)s
        and indicator_values.place_type = %(place_type)s
        and (%(places)s::text[] is null or indicator_values.place_code = any(%(places)s))
        and (%(subgroup)s::text is null or indicator_values.subgroup = %(subgroup)s)
        and (%(first)s::date is null or indicator_values.period_start >= %(first)s)
        and (%(last)s::date is null or indicator_values.period_end <= %(last)s)
),

groups as (
    select
        place_code,
        subgroup,
        case when %(period)s <> 'all' then group_start end as group_start,
        count(*) as period_count,
        min(period_start) as first_day,
        max(period_end) as last_day,
        case when not bool_or(is_unknown) then sum(numerator) filter (where value is not null) end
            as numerator,
        case when not bool_or(is_unknown) then sum(denominator) filter (where value is not null) end
            as denominator,
        min(value) as only_value,
        min(lower_95) as only_lower_95,
        min(upper_95) as only_upper_95,
        bool_or(value_status = 'not_reported') as has_not_reported,
        bool_or(is_unknown) as has_unknown,
        bool_or(value is not null) as has_value,
        bool_or(value_status not in ('observed', 'not_applicable')) as has_provisional,
        min(value_status) as only_status,
        bool_or(is_partial_period) as is_partial_period,
        string_agg(distinct series_break, '|') as series_break,
        max(data_as_of) as data_as_of,
        bool_or(is_synthetic) as is_synthetic
    from cells
    group by place_code, subgroup, case when %(period)s <> 'all' then group_start end
)

select
    groups.*,
    coalesce(
        districts.name_ko,
        stations.name_ko,
        case when groups.place_code = '26' then '부산광역시' end
    ) as place_name
from groups
left join marts.dim_district as districts
    on %(place_type)s = 'district' and groups.place_code = districts.district_code
left join marts.dim_station as stations
    on %(place_type)s = 'station' and groups.place_code = stations.station_code
order by groups.group_start nulls first, groups.place_code, groups.subgroup
