namespace WebhookBot.Tests.Peers;

/// <summary>How <see cref="BotProcess"/> starts the bot.</summary>
public sealed record BotOptions
{
    /// <summary>The folder of rule files.</summary>
    public required string Rules { get; init; }

    /// <summary>The folder of the journal; start again with the same one to see what survived.</summary>
    public required string Data { get; init; }

    /// <summary>Settings by their configuration key (<c>Admin:Token</c>), given to it as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>Where it listens, for a bot that has to come back at the same address; null takes a free port.</summary>
    public Uri? Address { get; init; }

    /// <summary>How much longer each flush to disk takes; null leaves the disk as it is.</summary>
    public TimeSpan? FlushDelay { get; init; }

    /// <summary>How long it may take until <c>/readyz</c> answers 200.</summary>
    public TimeSpan ReadyWithin { get; init; } = TimeSpan.FromSeconds(60);
}
