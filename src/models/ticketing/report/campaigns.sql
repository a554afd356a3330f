-- Purpose: what campaigns cost and brought.
-- Grain: one row per event and channel that has a campaign.
SELECT event_id, channel, spend, conv_revenue AS revenue, conv_tickets
FROM gold_campaign_roi
