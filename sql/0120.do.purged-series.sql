-- A purge deletes what is there of a series; a page that was in flight meanwhile must not bring a part of it back.
ALTER TABLE market_data.series ADD COLUMN purged_at timestamptz;
COMMENT ON COLUMN market_data.series.purged_at IS
  'when its rows were deleted on request. As long as it equals unfollowed_at nobody has ordered it since, and pages of it are dropped';
