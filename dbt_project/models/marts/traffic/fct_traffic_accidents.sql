with accidents as (
    select * from {{ ref('stg_police__traffic_accidents') }}
    where not is_repeated
),

batches as (
    select * from {{ ref('stg_platform__batches') }}
),

final as (
    select
        accidents.batch_id,
        accidents.line,
        accidents.register,
        accidents.district_code,
        accidents.dong_code,
        accidents.crossing_id,
        accidents.accident_year,
        accidents.accident_type_large,
        accidents.accident_type,
        accidents.violation,
        accidents.road_form,
        accidents.weather,
        accidents.offender_kind,
        accidents.victim_kind,
        extract(hour from local_clock.occurred_at)::smallint as accident_hour,
        accidents.death_count,
        accidents.serious_count,
        accidents.slight_count,
        accidents.reported_injury_count,
        -- Children are under 13 (도로교통법 제2조), the elderly 65 and over.
        accidents.offender_age >= 65 as is_elderly_offender,
        accidents.victim_age < 13 as is_child_victim,
        accidents.victim_age >= 65 as is_elderly_victim,
        coalesce(accidents.victim_kind = '보행자', false) as is_pedestrian_victim,
        coalesce(accidents.offender_kind in ('이륜', '원동기'), false)
        or coalesce(accidents.victim_kind in ('이륜', '원동기'), false) as has_two_wheeler,
        accidents.is_in_child_zone,
        accidents.is_drunk_driving,
        extract(hour from local_clock.occurred_at) not between 6 and 19 as is_night,
        batches.is_synthetic,
        local_clock.occurred_at::date as accident_date
    from accidents
    inner join batches
        on accidents.batch_id = batches.batch_id
    cross join lateral (
        select accidents.occurred_at at time zone 'Asia/Seoul' as occurred_at
    ) as local_clock
)

select * from final
