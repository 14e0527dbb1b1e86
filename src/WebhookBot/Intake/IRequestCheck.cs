using WebhookBot.Clients;

namespace WebhookBot.Intake;

/// <summary>One way for a sender to prove itself, made ready for one source.</summary>
internal interface IRequestCheck
{
    /// <summary>What it tells of a request that it verifies.</summary>
    Proof Proof { get; }

    /// <summary>Whether any of the source's secrets is one that this check can work with, or it needs none.</summary>
    bool HasKey { get; }

    /// <summary>Whether the request has with it, outside of its body, what this check looks at.</summary>
    bool MayVerify(HttpRequest request);

    /// <summary>
    /// Whether the request was sent by somebody who may. Every way to fail takes the same steps as far as secrets are concerned, so that
    /// neither the answer nor its time tells what was wrong.
    /// </summary>
    ValueTask<CheckResult> CheckAsync(IncomingRequest request, CancellationToken cancellation);
}

/// <summary>What a sender's proof is about.</summary>
internal enum ProofCoverage
{
    /// <summary>Who sent it; the body may be anybody's.</summary>
    Sender,

    /// <summary>What it says, however it is written.</summary>
    Content,

    /// <summary>The body, byte for byte.</summary>
    Bytes,
}

/// <summary>What a proof is worth.</summary>
/// <param name="Covers">What it is about.</param>
/// <param name="Tolerance">How old it may be; null when it has no time in it, and holds for good.</param>
internal sealed record Proof(ProofCoverage Covers, TimeSpan? Tolerance = null);

/// <summary>What a check found.</summary>
/// <param name="Secret">The name of the secret or key that verified; null when none did.</param>
/// <param name="Problem">
/// Why not, for the people who run the bot and never for the caller; null when it verified. It is put into words when somebody reads it, as the time
/// that takes differs with what is wrong; it is read after the request has ended, so it holds nothing of that.
/// </param>
internal readonly record struct CheckResult(string? Secret, Func<string>? Problem)
{
    /// <summary>Whether the request is from who it says.</summary>
    public bool IsVerified => Secret is not null;

    public static CheckResult Verified(string secret) => new(secret, null);

    public static CheckResult Refused(string problem) => new(null, () => problem);

    public static CheckResult Refused(Func<string> problem) => new(null, problem);
}

/// <summary>What a check is made of.</summary>
/// <param name="Secrets">The source's secrets.</param>
/// <param name="Option">The values of an option of the source.</param>
/// <param name="Tools">What all checks share.</param>
internal sealed record CheckInput(IReadOnlyList<SourceSecret> Secrets, Func<string, IReadOnlyList<string>> Option, CheckTools Tools);

/// <summary>What all checks share.</summary>
/// <param name="Clock">The time.</param>
/// <param name="Keys">Keys that senders publish.</param>
/// <param name="PublicUrl">The bot's address as senders know it; null when they come to it directly.</param>
internal sealed record CheckTools(TimeProvider Clock, PublishedKeys Keys, Uri? PublicUrl);

/// <summary>A secret of a source.</summary>
/// <param name="Name">The setting it came from.</param>
/// <param name="Value">What the setting holds.</param>
/// <param name="Until">When it ends; null when it does not.</param>
internal sealed record SourceSecret(string Name, Secret Value, DateTimeOffset? Until = null)
{
    /// <summary>Whether it was made up because the setting is not set.</summary>
    public bool IsMadeUp { get; init; }

    /// <summary>Whether it counts at that time.</summary>
    public bool IsValid(DateTimeOffset at) => Until is null || at < Until;
}
