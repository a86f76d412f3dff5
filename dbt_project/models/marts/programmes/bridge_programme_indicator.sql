with programme_indicators as (
    select * from {{ ref('programme_indicators') }}
),

dim_indicator as (
    select * from {{ ref('dim_indicator') }}
),

-- The role is the kind of the indicator, which all its versions share.
kinds as (
    select
        indicator_id,
        max(kind) as kind
    from dim_indicator
    group by indicator_id
),

final as (
    select
        programme_indicators.programme_id,
        programme_indicators.indicator_id,
        kinds.kind as indicator_role
    from programme_indicators
    inner join kinds
        on programme_indicators.indicator_id = kinds.indicator_id
)

select * from final
