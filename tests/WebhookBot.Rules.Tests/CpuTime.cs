namespace WebhookBot.Rules.Tests;

/// <summary>Tests that bound time run alone, and count the time of the processor, so that a busy machine does not fail them.</summary>
[CollectionDefinition(nameof(CpuTime), DisableParallelization = true)]
public sealed class CpuTime
{
    private readonly TimeSpan _start = Environment.CpuUsage.TotalTime;

    public static CpuTime Start() => new();

    public TimeSpan Elapsed => Environment.CpuUsage.TotalTime - _start;
}
