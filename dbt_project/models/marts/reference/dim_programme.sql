with programmes as (
    select * from {{ ref('programmes') }}
),

final as (
    select
        programme_id,
        catalogue_number,
        name_ko,
        name_en,
        holder_ko,
        agency,
        record_grain,
        source_ids,
        outcome_indicator_ids,
        roll_out_ko,
        roll_out_en,
        evaluation_unit,
        comparison,
        evaluation_design,
        plan_ids
    from programmes
)

select * from final
