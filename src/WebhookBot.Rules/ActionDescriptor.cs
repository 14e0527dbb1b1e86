using System.Text.Json;

namespace WebhookBot.Rules;

/// <summary>What kind of value an argument takes, after its templates are rendered.</summary>
public enum ParameterType
{
    /// <summary>One text.</summary>
    Text,

    /// <summary>A text, or a list of texts.</summary>
    TextList,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary><c>true</c> or <c>false</c>.</summary>
    Boolean,

    /// <summary>A mapping from names to texts.</summary>
    TextMapping,

    /// <summary>Any structure; its texts are templates.</summary>
    Structure,

    /// <summary>A list of any structures; its texts are templates.</summary>
    List,
}

/// <summary>Where a rendered text goes, which decides how <c>{{path}}</c> is escaped.</summary>
public enum TextFormat
{
    /// <summary>As it is: names, ids, labels, references.</summary>
    Plain,

    /// <summary>Slack's mrkdwn: <c>&amp; &lt; &gt;</c> become entities, so that no value can ping anyone or disguise a link.</summary>
    SlackText,

    /// <summary>GitHub's Markdown: mentions and HTML in values are neutralised.</summary>
    Markdown,

    /// <summary>A URL: values are percent-encoded.</summary>
    Url,

    /// <summary>Inside a JSON string: values are escaped as JSON escapes them.</summary>
    Json,
}

/// <summary>What is wrong with a text.</summary>
/// <param name="Message">In words, with the mend.</param>
/// <param name="IsCertain">Whether the action can do nothing with it; else it is a warning.</param>
public sealed record ArgumentProblem(string Message, bool IsCertain = true);

/// <summary>One argument of an action: what it is called, what it takes, what it means.</summary>
/// <param name="Name">The key in the rule file.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Description">One sentence for the reference page and the editor.</param>
/// <param name="IsRequired">Whether a step without it is an error.</param>
/// <param name="Format">How values are escaped in its templates.</param>
/// <param name="OneOf">The only texts allowed, when there are such; checked when the text has no template.</param>
public sealed record ActionParameter(
    string Name,
    ParameterType Type,
    string Description,
    bool IsRequired = false,
    TextFormat Format = TextFormat.Plain,
    IReadOnlyList<string>? OneOf = null)
{
    /// <summary>What is wrong with a text without templates; null when nothing is, or when any text will do.</summary>
    public Func<string, ArgumentProblem?>? Form { get; init; }

    /// <summary>Fields of the event; without the argument one of them is needed. None when the action can do without.</summary>
    public IReadOnlyList<string> InsteadFrom { get; init; } = [];

    /// <summary>What is wrong with an element of a list; null when nothing is, or when anything will do.</summary>
    public Func<JsonElement, ArgumentProblem?>? Element { get; init; }

    /// <summary>What is wrong with an entry of a mapping, by its name and its text, which is null where a template stands; null when nothing is.</summary>
    public Func<string, string?, ArgumentProblem?>? Entry { get; init; }

    /// <summary>Whether <c>{ file: name }</c> is a text that stands in a file, as it is for every text, and no structure.</summary>
    public bool TakesFile { get; init; }

    /// <summary>The argument that it says more about, and without which it says nothing; null when it stands for itself.</summary>
    public string? GoesWith { get; init; }

    /// <summary>Whether it takes the name of a setting that holds a secret.</summary>
    public bool NamesSecret { get; init; }

    /// <summary>What other tools call it: whoever writes that is told this name.</summary>
    public IReadOnlyList<string> AlsoCalled { get; init; } = [];
}

/// <summary>Arguments of which one is needed.</summary>
/// <param name="IsExclusive">Whether two of them are a mistake.</param>
/// <param name="Names">Their names.</param>
public sealed record ArgumentChoice(bool IsExclusive, params IReadOnlyList<string> Names)
{
    /// <summary>For the reference page and the editor.</summary>
    public string InWords => $"{(IsExclusive ? "Exactly one" : "At least one")} of {string.Join(" and ", Names.Select(n => $"`{n}`"))} is needed.";
}

/// <summary>
/// An action as rule files, the editor schema, the reference page and the metrics know it. The code that carries it out lives
/// with the service.
/// </summary>
/// <param name="Name">The key of the step: <c>slack.post</c>.</param>
/// <param name="Description">One sentence.</param>
/// <param name="Parameters">Its arguments.</param>
public sealed record ActionDescriptor(string Name, string Description, IReadOnlyList<ActionParameter> Parameters)
{
    /// <summary>Events that come back from it. None when it causes none that a rule could hear of, or when that is not certain.</summary>
    public IReadOnlyList<EventCause> Causes { get; init; } = [];

    /// <summary>States that it switches on or off.</summary>
    public IReadOnlyList<StateEffect> Effects { get; init; } = [];

    /// <summary>The arguments that aim it at something else than what the event is about: <c>repository</c>.</summary>
    public IReadOnlyList<string> Target { get; init; } = [];

    /// <summary>Arguments of which one is needed; null when each stands for itself.</summary>
    public ArgumentChoice? Needs { get; init; }

    /// <summary>What other tools call it, or a part of it: whoever writes that is told this name.</summary>
    public IReadOnlyList<string> AlsoCalled { get; init; } = [];
}

/// <summary>The actions that rule files may use.</summary>
public sealed class ActionCatalog(IEnumerable<ActionDescriptor> descriptors)
{
    private readonly Dictionary<string, ActionDescriptor> _byName = descriptors.ToDictionary(d => d.Name, StringComparer.Ordinal);

    /// <summary>All names, in the order they were registered.</summary>
    public IReadOnlyCollection<string> Names => _byName.Keys;

    /// <summary>All actions, in the order they were registered.</summary>
    public IReadOnlyCollection<ActionDescriptor> All => _byName.Values;

    /// <summary>The action of that name, or null.</summary>
    public ActionDescriptor? Find(string name) => _byName.GetValueOrDefault(name);
}
