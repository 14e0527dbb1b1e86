using System.Security.Cryptography;
using System.Text;
using WebhookBot.Rules.Conditions;
using WebhookBot.Rules.Templates;
using WebhookBot.Rules.Timing;

namespace WebhookBot.Rules.Planning;

/// <summary>The keys of one rule's timing for one event, rendered.</summary>
internal sealed class TimingKeys
{
    private const int LongestKey = 500;

    private readonly Rule _rule;
    private readonly EvaluationScope _scope;

    public TimingKeys(Rule rule, EvaluationScope scope)
    {
        _rule = rule;
        _scope = scope;
        Throttle = rule.Timing.Throttle is { } throttle ? Render("throttle", throttle.Key) : null;
        Hold = rule.Timing.Delay switch
        {
            Debounce debounce => Render("debounce", debounce.Key),
            Digest digest when scope.Event.Source != Digest.Source => Render(Digest.Source, digest.Key),
            Wait { CancelOn.Count: > 0 } when scope.Event.Subject is { } subject => Planning.Hold.WaitingFor(subject),
            _ => null,
        };
    }

    /// <summary>What the throttle counts.</summary>
    public string? Throttle { get; }

    /// <summary>What held actions are found by.</summary>
    public string? Hold { get; }

    /// <summary>Why a key could not be rendered; null when all could.</summary>
    public string? Problem { get; private set; }

    private string Render(string kind, Template? key)
    {
        var text = "";
        if (key is not null)
        {
            text = key.Render(TemplateModel.Input(_scope, _rule.Name), out var problem) ?? "";
            Problem ??= problem is null ? null : $"the key of its {kind} cannot be rendered: {problem}";
        }

        return Planning.Hold.Of(kind, _rule.Name, Shorten(text));
    }

    // Two long keys that begin alike stay two keys. What is half a letter is read back from the plan as U+FFFD, so it is that from the start.
    private static string Shorten(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return text.Length <= LongestKey
            ? Encoding.UTF8.GetString(bytes)
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes($"{text[..LongestKey]}…{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 8))}"));
    }
}
