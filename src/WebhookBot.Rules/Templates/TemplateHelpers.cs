using System.Globalization;
using HandlebarsDotNet;
using WebhookBot.Rules.Conditions;

namespace WebhookBot.Rules.Templates;

/// <summary>The helpers of the rules language, beside the blocks <c>each</c>, <c>if</c>, <c>unless</c> and <c>with</c>.</summary>
internal static class TemplateHelpers
{
    /// <summary>What <c>lookup</c> is called in the engine, whose own throws for a key that is null and cannot be replaced.</summary>
    public const string Lookup = "lookup_value";

    private const int LongestReplaced = 1_000_000;

    private delegate object? Helper(Arguments arguments);

    private static readonly Dictionary<string, Helper> Texts = new(StringComparer.Ordinal)
    {
        ["truncate"] = static a => Truncate(Text(a, 0), Number(a, 1) ?? 80),
        ["default"] = static a => Text(a, 0) is { Length: > 0 } value ? value : Text(a, 1),
        ["date"] = static a => Date(a),
        ["ago"] = static a => Time(Value(a, 0)) is { } time ? Ago(TemplateRun.Current.Input.Now - time) : "",
        ["join"] = static a => string.Join(Text(a, 1) is { Length: > 0 } separator ? separator : ", ", Items(a)),
        ["lower"] = static a => Text(a, 0).ToLowerInvariant(),
        ["upper"] = static a => Text(a, 0).ToUpperInvariant(),
        ["replace"] = static a => Replace(Text(a, 0), Text(a, 1), Text(a, 2)),
        ["json"] = static a => TemplateModel.ToJson(Value(a, 0)),
        ["short_sha"] = static a => Text(a, 0) is { Length: > 7 } sha ? sha[..WholeCharacters(sha, 7)] : Text(a, 0),
        ["lookup"] = static a => ValueAt(Value(a, 0), Text(a, 1)),
        ["eq"] = static a => AreEqual(Value(a, 0), Value(a, 1)),
    };

    /// <summary>The names a template may call.</summary>
    public static IReadOnlyCollection<string> Names { get; } = [.. Texts.Keys, "link", "mention"];

    public static void Register(IHandlebars engine, TextFormat format)
    {
        foreach (var (name, helper) in Texts)
        {
            engine.RegisterHelper(name == "lookup" ? Lookup : name, (in HelperOptions _, in Context _, in Arguments arguments) => helper(arguments)!);
        }

        engine.RegisterHelper("link", (EncodedTextWriter writer, Context _, Arguments arguments) =>
            writer.WriteSafeString(TextFormats.Link(format, Text(arguments, 0), Text(arguments, 1))));
        engine.RegisterHelper("mention", (EncodedTextWriter writer, Context _, Arguments arguments) =>
            writer.WriteSafeString(TextFormats.Mention(format, Text(arguments, 0), TemplateRun.Current.Input.People)));
    }

    private static object? Value(Arguments arguments, int index) =>
        index < arguments.Length && arguments[index] is not UndefinedBindingResult ? arguments[index] : null;

    private static string Text(Arguments arguments, int index) => TextOf(Value(arguments, index));

    private static string TextOf(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => TemplateModel.ToJson(value),
    };

    private static object? ValueAt(object? from, string key) => from switch
    {
        IReadOnlyDictionary<string, object?> view => view.GetValueOrDefault(key),
        TemplateModel.ListView list when int.TryParse(key, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < list.Count => list[index],
        _ => null,
    };

    private static int? Number(Arguments arguments, int index) =>
        int.TryParse(Text(arguments, index), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static IEnumerable<string> Items(Arguments arguments) => Value(arguments, 0) switch
    {
        string text => [text],
        TemplateModel.ListView list => list.Select(TextOf),
        var value => [TextOf(value)],
    };

    private static string Truncate(string text, int length)
    {
        if (text.Length <= length || length < 1)
        {
            return text;
        }

        return string.Concat(text.AsSpan(0, WholeCharacters(text, length - 1)).TrimEnd(), "…");
    }

    // Never half of a pair: Slack and GitHub refuse lone surrogates.
    private static int WholeCharacters(string text, int length) =>
        length > 0 && char.IsHighSurrogate(text[length - 1]) ? length - 1 : length;

    // Numbers by their value (1.50 is 1.5), everything else by its text.
    private static bool AreEqual(object? left, object? right) =>
        left is not string and not bool && right is not bool
            && decimal.TryParse(TextOf(left), NumberStyles.Float, CultureInfo.InvariantCulture, out var a)
            && decimal.TryParse(TextOf(right), NumberStyles.Float, CultureInfo.InvariantCulture, out var b)
                ? a == b
                : TextOf(left) == TextOf(right);

    private static string Replace(string text, string old, string with)
    {
        if (old.Length == 0)
        {
            return text;
        }

        // Replacing what was replaced grows a text without limit, long before it is written out.
        if ((long)text.Length / old.Length * with.Length > LongestReplaced)
        {
            throw new TemplateLimitException("'replace' would make too long a text; use truncate first");
        }

        return text.Replace(old, with, StringComparison.Ordinal);
    }

    private static string Date(Arguments arguments)
    {
        if (Time(Value(arguments, 0)) is not { } time)
        {
            return "";
        }

        var zoneName = arguments.Hash.TryGetValue("zone", out var zone) ? TextOf(zone) : "UTC";
        var local = TimeZoneInfo.TryFindSystemTimeZoneById(zoneName, out var found) ? TimeZoneInfo.ConvertTime(time, found) : time.ToUniversalTime();
        var format = Text(arguments, 1) is { Length: > 0 } wanted ? wanted : "yyyy-MM-dd HH:mm";
        try
        {
            return local.ToString(format, CultureInfo.InvariantCulture);
        }
        catch (FormatException)
        {
            return local.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        }
    }

    private static DateTimeOffset? Time(object? value) => value switch
    {
        decimal number => Timestamps.FromNumber(number),
        string text => Timestamps.FromText(text),
        _ => null,
    };

    private static string Ago(TimeSpan age)
    {
        var (count, unit) = age.Duration() switch
        {
            { TotalMinutes: < 1 } a => ((int)a.TotalSeconds, "second"),
            { TotalHours: < 1 } a => ((int)a.TotalMinutes, "minute"),
            { TotalDays: < 1 } a => ((int)a.TotalHours, "hour"),
            var a => ((int)a.TotalDays, "day"),
        };
        var words = $"{count} {unit}{(count == 1 ? "" : "s")}";
        return age < TimeSpan.Zero ? $"in {words}" : $"{words} ago";
    }
}
