namespace WebhookBot.Rules.Templates;

/// <summary>Where paths start: in the event, or at a path within what a block is about.</summary>
internal sealed record TemplateScope(string Path, string? Within)
{
    public static TemplateScope Event { get; } = new("", null);

    public string Of(string path)
    {
        var relative = path.StartsWith("this.", StringComparison.Ordinal) ? path[5..] : path;
        return Path.Length == 0 ? relative : $"{Path}.{relative}";
    }
}

/// <summary>A block that is open.</summary>
internal sealed class TemplateBlock(string name, int at, TemplateScope? scope)
{
    public string Name => name;

    public int At => at;

    public TemplateScope? Scope => scope;

    public bool HasElse { get; set; }

    /// <summary>What its elements are called in it, beside <c>this</c>.</summary>
    public required string[] Names { get; init; }
}
