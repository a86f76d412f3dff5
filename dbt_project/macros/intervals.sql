{#
    95 % limits for counts and proportions, as SQL expressions over numeric.

    Counts: Byar's approximation from 10 events on (Breslow & Day 1987; APHO Technical
    Briefing 3), exact chi-square limits below, read from the seed poisson_exact_limits.
    Proportions: Wilson's score interval.
#}

{% macro z_95() -%} 1.959963984540054 {%- endmacro %}

{% macro byar_lower(observed) -%}
    {{ observed }} * power(
        1 - 1 / (9.0 * {{ observed }}) - {{ z_95() }} / (3.0 * sqrt({{ observed }})), 3
    )
{%- endmacro %}

{% macro byar_upper(observed) -%}
    ({{ observed }} + 1) * power(
        1
        - 1 / (9.0 * ({{ observed }} + 1))
        + {{ z_95() }} / (3.0 * sqrt({{ observed }} + 1)),
        3
    )
{%- endmacro %}

{% macro poisson_lower(observed, exact_lower) -%}
    case when {{ observed }} < 10 then {{ exact_lower }} else {{ byar_lower(observed) }} end
{%- endmacro %}

{% macro poisson_upper(observed, exact_upper) -%}
    case when {{ observed }} < 10 then {{ exact_upper }} else {{ byar_upper(observed) }} end
{%- endmacro %}

{% macro wilson_limit(observed, total, sign) -%}
    (
        2 * {{ observed }} + power({{ z_95() }}, 2)
        {{ sign }} {{ z_95() }} * sqrt(
            power({{ z_95() }}, 2)
            + 4.0 * {{ observed }} * ({{ total }} - {{ observed }}) / {{ total }}
        )
    ) / (2 * ({{ total }} + power({{ z_95() }}, 2)))
{%- endmacro %}

{% macro wilson_lower(observed, total) -%}
    {{ wilson_limit(observed, total, "-") }}
{%- endmacro %}

{% macro wilson_upper(observed, total) -%}
    {{ wilson_limit(observed, total, "+") }}
{%- endmacro %}
