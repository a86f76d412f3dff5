-- Every claim says in its seed row what it is compared with: an indicator's or a measure's
-- component, place, subgroup, kind of period and how its periods are put together.
with claims as (
    select * from {{ ref('published_claims') }}
),

dim_indicator as (
    select * from {{ ref('dim_indicator') }}
),

dim_period as (
    select * from {{ ref('dim_period') }}
),

parts as (
    select
        claims.claim_id,
        claims.aggregation,
        indicator_values.period_start,
        indicator_values.is_synthetic,
        indicator_values.is_partial_period,
        case claims.component
            when 'numerator' then indicator_values.numerator
            when 'denominator' then indicator_values.denominator
            when 'value' then indicator_values.value
        end as part_value
    from claims
    inner join {{ ref('fct_indicator_value') }} as indicator_values
        on
            claims.indicator_id = indicator_values.indicator_id
            and claims.definition_version = indicator_values.definition_version
            and claims.subgroup = indicator_values.subgroup
            and claims.place_type = indicator_values.place_type
            and claims.place_code = indicator_values.place_code
            and claims.period_type = indicator_values.period_type
    where
        indicator_values.period_start >= claims.period_start
        and indicator_values.period_end <= claims.period_end
        and indicator_values.value_status <> 'not_reported'
    union all
    select
        claims.claim_id,
        claims.aggregation,
        measures.period_start,
        measures.is_synthetic,
        false as is_partial_period,
        measures.measured_value as part_value
    from claims
    inner join {{ ref('fct_claim_measures') }} as measures
        on
            claims.measure_id = measures.measure_id
            and claims.subgroup = measures.subgroup
            and claims.place_type = measures.place_type
            and claims.place_code = measures.place_code
            and claims.period_type = measures.period_type
    where
        measures.period_start >= claims.period_start
        and measures.period_end <= claims.period_end
),

-- A sum stands only when every period since the indicator began is there and over.
expected as (
    select
        claims.claim_id,
        count(*) as period_count
    from claims
    inner join dim_period
        on
            claims.period_type = dim_period.period_type
            and claims.period_start <= dim_period.period_start
            and claims.period_end >= dim_period.period_end
    left join dim_indicator
        on
            claims.indicator_id = dim_indicator.indicator_id
            and claims.definition_version = dim_indicator.definition_version
    where
        claims.aggregation = 'sum'
        and dim_period.period_start
        >= coalesce(dim_indicator.earliest_period, dim_period.period_start)
    group by claims.claim_id
),

ranked as (
    select
        parts.*,
        row_number() over (
            partition by parts.claim_id
            order by parts.period_start desc
        ) as newest_rank
    from parts
    where parts.part_value is not null
),

held as (
    select
        ranked.claim_id,
        sum(ranked.part_value) as warehouse_value,
        count(*) as period_count,
        bool_or(ranked.is_partial_period) as is_partial_period,
        bool_or(ranked.is_synthetic) as is_synthetic
    from ranked
    where ranked.aggregation = 'sum' or ranked.newest_rank = 1
    group by ranked.claim_id
),

compared as (
    select
        claims.*,
        coalesce(held.is_synthetic, false) as is_synthetic,
        case
            when
                claims.aggregation = 'sum'
                and (
                    held.period_count < coalesce(expected.period_count, 1)
                    or held.is_partial_period
                )
                then null
            else held.warehouse_value
        end as warehouse_value
    from claims
    left join held
        on claims.claim_id = held.claim_id
    left join expected
        on claims.claim_id = expected.claim_id
),

final as (
    select
        claim_id,
        programme_id,
        statement_ko,
        statement_en,
        period as claimed_period,
        unit,
        claim_source,
        published_on,
        standing,
        coalesce(indicator_id, measure_id) as compared_with,
        component,
        subgroup,
        place_type,
        place_code,
        case
            when not is_comparable then 'not_comparable'
            when warehouse_value is null then 'not_held'
            -- What is printed in rounded form agrees within its rounding.
            when abs(warehouse_value - claimed_value) <= claimed_precision / 2 then 'agrees'
            else 'differs'
        end as agreement_status,
        case
            when warehouse_value is null then 'nothing'
            when is_synthetic then 'synthetic_data'
            else 'real_data'
        end as comparison_basis,
        nullif(
            concat_ws(
                ' ',
                case
                    when is_synthetic and warehouse_value is not null
                        then '합성자료와의 비교이므로 일치·불일치에 의미가 없습니다.'
                end,
                reason_ko
            ),
            ''
        ) as reason_ko,
        nullif(
            concat_ws(
                ' ',
                case
                    when is_synthetic and warehouse_value is not null
                        then 'Compared with synthetic data: agreement or not means nothing.'
                end,
                reason_en
            ),
            ''
        ) as reason_en,
        claimed_value,
        claimed_precision,
        trim_scale(warehouse_value) as warehouse_value,
        trim_scale(
            case when is_comparable then warehouse_value - claimed_value end
        ) as difference,
        trim_scale(
            round(
                case
                    when is_comparable
                        then (warehouse_value - claimed_value) / nullif(claimed_value, 0) * 100
                end,
                2
            )
        ) as difference_pct,
        is_synthetic and warehouse_value is not null as is_synthetic,
        period_start,
        period_end
    from compared
)

select * from final
