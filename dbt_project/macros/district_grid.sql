{#
    Every district in every period of a kind between two dates: the complete grid that a measure
    model starts from, so that a period nobody delivered is a row and not a hole.

    first, last: SQL expressions of type date, over `bounds` (a relation of one row).
#}
{% macro district_grid(period_type, bounds, first="first_period", last="last_period") -%}
    select
        dim_district.district_code,
        dim_period.period_start,
        dim_period.period_end,
        dim_period.day_count
    from {{ bounds }} as bounds
    inner join {{ ref('dim_period') }} as dim_period
        on
            dim_period.period_type = '{{ period_type }}'
            and dim_period.period_start between bounds.{{ first }} and bounds.{{ last }}
    cross join {{ ref('dim_district') }} as dim_district
{%- endmacro %}
