{#
    Rows of one indicator from a measure model (one row per place and period, complete grid).

    numerator, denominator: SQL expressions over the measure model's columns.
    measured_value: expression for values that are not a quotient (a median); numerator is none.
    is_applicable: expression, false where the indicator has no meaning (status not_applicable).
    is_denominator_final: expression, false while the denominator may still change.
    place_types, facility_type: only these rows of the measure model (default all).
#}
{% macro indicator_rows(
    indicator_id,
    measures,
    denominator,
    numerator="null",
    measured_value="null",
    is_applicable="true",
    is_denominator_final="true",
    place_types=none,
    facility_type=none
) -%}
    select
        '{{ indicator_id }}'::text as indicator_id,
        place_type,
        place_code,
        period_type,
        period_start,
        period_end,
        ({{ numerator }})::numeric as numerator,
        ({{ denominator }})::numeric as denominator,
        ({{ measured_value }})::numeric as measured_value,
        is_reported,
        {{ is_applicable }} as is_applicable,
        is_partial_period,
        {{ is_denominator_final }} as is_denominator_final,
        data_as_of,
        is_synthetic
    from {{ measures }}
    {%- if place_types %}
    where place_type in ('{{ place_types | join("', '") }}')
    {%- endif %}
    {%- if facility_type %}
    where facility_type = '{{ facility_type }}'
    {%- endif %}
{%- endmacro %}
