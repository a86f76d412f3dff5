-- One row: the last day of the newest survey year behind perceived safety, and their nature.
select
    make_date(max(survey_year), 12, 31) as data_as_of,
    coalesce(bool_or(is_synthetic), false) as is_synthetic
from marts_restricted.fct_survey_answers
where make_date(survey_year, 12, 31) between %(study_from)s and %(study_to)s
