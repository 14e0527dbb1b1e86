using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules;

/// <summary>
/// One pattern of a rule's <c>on</c>: <c>github.pull_request.opened</c>. A <c>*</c> stands for one part, and at the end for the rest.
/// </summary>
public sealed class Trigger
{
    private readonly string[] _parts;

    internal Trigger(string pattern, SourcePosition position)
    {
        Pattern = pattern;
        Position = position;
        _parts = pattern.Split('.');
        IsExact = !_parts.Contains("*");
    }

    /// <summary>The pattern as it was written.</summary>
    public string Pattern { get; }

    /// <summary>Where it is written.</summary>
    public SourcePosition Position { get; }

    /// <summary>True when it names one event and has no star.</summary>
    public bool IsExact { get; }

    /// <summary>Its first part: the source, or <c>alert</c> or a star.</summary>
    public string Source => _parts[0];

    /// <summary>Whether the event of that name fires it.</summary>
    public bool Fits(string eventName) => Fits(_parts, eventName);

    /// <summary>Whether the event of that name fires a trigger with that pattern.</summary>
    public static bool Fits(string pattern, string eventName) => Fits(pattern.Split('.'), eventName);

    private static bool Fits(string[] parts, string eventName)
    {
        var name = eventName.Split('.');
        for (var i = 0; i < parts.Length; i++)
        {
            if (i >= name.Length || (parts[i] != "*" && parts[i] != name[i]))
            {
                return false;
            }
        }

        return parts.Length == name.Length || parts[^1] == "*";
    }
}
