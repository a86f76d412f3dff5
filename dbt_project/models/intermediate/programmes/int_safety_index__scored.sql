-- Standardised component scores (0 to 100) as the ministry publishes them, for which no feed
-- exists yet: the relation is empty and every index stays unknown. It is the place where a feed
-- of the published scores would come in; scores are never made here from raw measures, because
-- the ministry's way of standardising them is not published.
with districts as (
    select * from {{ ref('districts') }}
),

final as (
    select
        null::text as field,
        null::text as component,
        district_code,
        null::smallint as index_year,
        null::numeric as score
    from districts
    where false
)

select * from final
