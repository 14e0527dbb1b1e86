using WebhookBot.Actions;
using WebhookBot.Journal;
using WebhookBot.Telemetry;

namespace WebhookBot.Pipeline;

/// <summary>What is needed beside the stages: when to put off, how plans are saved, the leases, the suspects, the story on the console, the counts, who tells of what is given up, the clock.</summary>
public sealed record PipelineTools(
    Postponement Postponement, PlanMaker Plans, LeaseKeeper Leases, Quarantine Quarantine, DeliveryStory Story, RuleCounts Counts, DeadLetterNotice DeadLetters, TimeProvider Clock);
