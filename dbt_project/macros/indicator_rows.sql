{#
    Rows of one indicator from a measure model (one row per place and period, complete grid).

    numerator, denominator: SQL expressions over the measure model's columns. An indicator of kind
    `count` has a numerator only.
    measured_value: expression for values that are not a quotient (a median); numerator is none.
    definition_version: as in seeds/indicators.csv.
    subgroup: expression for the part of the population (default everyone).
    is_applicable: expression, false where the indicator has no meaning (status not_applicable).
    is_denominator_final: expression, false while the denominator may still change.
    is_partial_period: expression, true while the period is not wholly known.
    place_types: only these rows of the measure model (default all).
    where: only the rows of the measure model that meet this condition (default all).
#}
{% macro indicator_rows(
    indicator_id,
    measures,
    denominator="null",
    numerator="null",
    measured_value="null",
    definition_version=1,
    subgroup="'all'",
    is_applicable="true",
    is_denominator_final="true",
    is_partial_period="is_partial_period",
    place_types=none,
    where=none
) -%}
    select
        '{{ indicator_id }}'::text as indicator_id,
        {{ definition_version }}::smallint as definition_version,
        ({{ subgroup }})::text as subgroup,
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
        {{ is_partial_period }} as is_partial_period,
        {{ is_denominator_final }} as is_denominator_final,
        data_as_of,
        is_synthetic
    from {{ measures }}
    {%- set conditions = [] %}
    {%- if place_types %}
        {%- do conditions.append("place_type in ('" ~ place_types | join("', '") ~ "')") %}
    {%- endif %}
    {%- if where %}
        {%- do conditions.append(where) %}
    {%- endif %}
    {%- if conditions %}
    where {{ conditions | join(" and ") }}
    {%- endif %}
{%- endmacro %}
