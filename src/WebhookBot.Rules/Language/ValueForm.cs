namespace WebhookBot.Rules.Language;

/// <summary>What may stand behind a key of a rule file, as data: the editor schema and the reference page are made of it.</summary>
/// <param name="InWords">For people: <c>a duration</c>.</param>
public abstract record ValueForm(string InWords)
{
    /// <summary>How a pattern says: any character of a name (a letter, a digit, '_', '-'). JavaScript's <c>\w</c> knows no other letters than English ones.</summary>
    internal const string NameCharacter = @"[^\x00-,./:-@\[-^`{-~]";

    /// <summary>One value that is read as a text.</summary>
    public static ValueForm Text(string inWords = "a text", string? pattern = null, params string[] examples) => new TextForm(inWords, pattern, examples);

    /// <summary>A duration such as <c>1h30m</c>.</summary>
    public static ValueForm Duration { get; } =
        new TextForm("a duration such as 30s, 15m, 1h30m, 7d or 2w", "^(?=.)([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", ["30s", "15m", "24h", "7d"]);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ValueForm Flag { get; } = new FlagForm("true or false", null);

    /// <summary>Only <c>true</c>, or only <c>false</c>.</summary>
    public static ValueForm Only(bool value) => new FlagForm(value ? "true" : "false", value);

    /// <summary>A whole number within bounds.</summary>
    public static ValueForm WholeNumber(int least, int most) =>
        new NumberForm(FormattableString.Invariant($"a whole number from {least:N0} to {most:N0}"), least, most);

    /// <summary>Any number.</summary>
    public static ValueForm AnyNumber { get; } = new NumberForm("a number", null, null);

    /// <summary>One of a few texts, each with what it means.</summary>
    public static ValueForm Choice(params (string Value, string Meaning)[] values) => new ChoiceForm(string.Join(", ", values.Select(v => v.Value)), values);

    /// <summary>A value, or a list of such.</summary>
    public static ValueForm OneOrMore(ValueForm item, string inWords) => new ListForm(inWords, item, AllowsOne: true);

    /// <summary>A mapping with keys of its own.</summary>
    public static ValueForm Mapping(KeyTable keys) => new MappingForm($"`{{ {string.Join(", ", keys.Names)} }}`", keys);

    /// <summary>A mapping whose keys are names that the author chooses.</summary>
    public static ValueForm ByName(string inWords, string namePattern, ValueForm item) => new ByNameForm(inWords, namePattern, item);

    /// <summary>Any of these forms.</summary>
    public static ValueForm AnyOf(string inWords, params ValueForm[] forms) => new AnyOfForm(inWords, forms);

    /// <summary>What stands elsewhere: conditions, steps, events, what the service knows.</summary>
    public static ValueForm Shared(string inWords, string definition) => new SharedForm(inWords, definition);

    /// <summary>Anything.</summary>
    public static ValueForm Anything(string inWords) => new AnythingForm(inWords);
}

internal sealed record TextForm(string InWords, string? Pattern, IReadOnlyList<string> Examples) : ValueForm(InWords);

internal sealed record FlagForm(string InWords, bool? Wanted) : ValueForm(InWords);

internal sealed record NumberForm(string InWords, int? Least, int? Most) : ValueForm(InWords);

internal sealed record ChoiceForm(string InWords, IReadOnlyList<(string Value, string Meaning)> Values) : ValueForm(InWords);

internal sealed record ListForm(string InWords, ValueForm Item, bool AllowsOne) : ValueForm(InWords);

internal sealed record MappingForm(string InWords, KeyTable Keys) : ValueForm(InWords);

internal sealed record ByNameForm(string InWords, string NamePattern, ValueForm Item) : ValueForm(InWords);

internal sealed record AnyOfForm(string InWords, IReadOnlyList<ValueForm> Forms) : ValueForm(InWords);

internal sealed record SharedForm(string InWords, string Definition) : ValueForm(InWords);

internal sealed record AnythingForm(string InWords) : ValueForm(InWords);
