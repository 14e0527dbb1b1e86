using System.CommandLine;
using WebhookBot.Admin;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Cli;

/// <summary>The option <c>--since</c>: an age or a time.</summary>
internal static class SinceOption
{
    public static Option<string?> Create(string what)
    {
        var since = new Option<string?>("--since") { Description = $"{what} since then: 7d, 12h, 2026-01-05T12:00:00Z" };
        since.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: var text }] && Durations.TryParse(text) is null && ApiJson.ReadTime(text) is null)
            {
                result.AddError($"--since takes an age such as 7d or a time such as 2026-01-05T12:00:00Z, not '{text}'");
            }
        });
        return since;
    }

    /// <summary>The time as the API takes it; null when none was given.</summary>
    public static string? Read(string? given)
    {
        var time = given is null ? null : Durations.TryParse(given) is { } age ? TimeProvider.System.GetUtcNow() - age : ApiJson.ReadTime(given);
        return time is { } from ? ApiJson.Time(from) : null;
    }
}
