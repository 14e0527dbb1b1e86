using System.Globalization;
using System.Text.Json;
using WebhookBot.Rules.Compilation;

namespace WebhookBot.Rules.Templates;

/// <summary>An argument as it stands in a rule file: constants and templates in lists and mappings, rendered to JSON.</summary>
internal abstract class ArgumentTemplate
{
    public abstract void Render(ArgumentRendering rendering);

    internal sealed class Constant(YamlScalar scalar) : ArgumentTemplate
    {
        public YamlScalar Scalar => scalar;

        public override void Render(ArgumentRendering rendering) => scalar.WriteJson(rendering.Writer);
    }

    internal sealed class Text(Template template) : ArgumentTemplate
    {
        public Template Template => template;

        public override void Render(ArgumentRendering rendering) => rendering.Writer.WriteStringValue(rendering.Text(template));
    }

    internal sealed class Number(Template template) : ArgumentTemplate
    {
        public Template Template => template;

        public override void Render(ArgumentRendering rendering) => rendering.Writer.WriteNumberValue(rendering.Number(template));
    }

    internal sealed class Items(IReadOnlyList<ArgumentTemplate> items) : ArgumentTemplate
    {
        public IReadOnlyList<ArgumentTemplate> Parts => items;

        public override void Render(ArgumentRendering rendering)
        {
            rendering.Writer.WriteStartArray();
            foreach (var item in items)
            {
                item.Render(rendering);
            }

            rendering.Writer.WriteEndArray();
        }
    }

    internal sealed class Mapping(IReadOnlyList<(string Key, ArgumentTemplate Value)> entries) : ArgumentTemplate
    {
        public IReadOnlyList<(string Key, ArgumentTemplate Value)> Entries => entries;

        public override void Render(ArgumentRendering rendering)
        {
            rendering.Writer.WriteStartObject();
            foreach (var (key, value) in entries)
            {
                rendering.Writer.WritePropertyName(key);
                value.Render(rendering);
            }

            rendering.Writer.WriteEndObject();
        }
    }
}

/// <summary>The arguments of one step while they are rendered. Goes on after a problem, with an empty text in its place.</summary>
internal sealed class ArgumentRendering(Utf8JsonWriter writer, TemplateInput input)
{
    public Utf8JsonWriter Writer => writer;

    /// <summary>The first template that could not be rendered, and why; null when all could.</summary>
    public string? Problem { get; private set; }

    public string Text(Template template)
    {
        var text = template.Render(input, out var problem);
        if (problem is not null)
        {
            Problem ??= $"the template '{Suggestion.Shorten(template.Text)}' cannot be rendered: {problem}";
        }

        return text ?? "";
    }

    public long Number(Template template)
    {
        var text = Text(template).Trim();
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
        {
            return number;
        }

        Problem ??= $"the template '{Suggestion.Shorten(template.Text)}' gives '{Suggestion.Shorten(text)}', which is no whole number";
        return 0;
    }
}
