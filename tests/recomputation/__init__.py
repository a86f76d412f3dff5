"""Every indicator a second time: from delivered files to values, in pandas, without the SQL."""
