using System.Collections.Concurrent;
using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace WebhookBot.Rules.Templates;

/// <summary>A text with mustaches, escaped for one format. Compiled when it is first rendered, and then shared by text.</summary>
public sealed class Template
{
    private readonly Lazy<HandlebarsTemplate<TextWriter, object, object>>? _compiled;

    private Template(string text, TextFormat format, TemplateSyntax syntax)
    {
        Text = text;
        Facts = syntax.Facts;
        if (!syntax.IsConstant)
        {
            var rewritten = syntax.Rewritten;
            _compiled = new(() => Engine.For(format).Compile(rewritten));
        }
    }

    /// <summary>The text as it was written.</summary>
    public string Text { get; }

    /// <summary>The facts it reads, without <c>facts.</c>.</summary>
    public IReadOnlySet<string> Facts { get; }

    /// <summary>True when rendering gives <see cref="Text"/>.</summary>
    public bool IsConstant => _compiled is null;

    internal static Template From(string text, TextFormat format, TemplateSyntax syntax) => new(text, format, syntax);

    /// <summary>The text with its values; or null, and why it could not be rendered.</summary>
    internal string? Render(TemplateInput input, out string? problem)
    {
        problem = null;
        if (_compiled is null)
        {
            return Text;
        }

        using var run = TemplateRun.Begin(input);
        using var output = new TemplateOutput();
        try
        {
            _compiled.Value(output, input.Model, null!);
            return output.ToString();
        }
        catch (Exception e)
        {
            // The engine throws whatever comes to it (ArgumentNullException for a second else); a template is never ours to crash over.
            problem = (e.InnerException as TemplateLimitException ?? e).Message;
            return null;
        }
    }

    private static class Engine
    {
        private static readonly ConcurrentDictionary<TextFormat, Shared> Engines = new();

        public static Shared For(TextFormat format) => Engines.GetOrAdd(format, static f => new Shared(f));
    }

    private sealed class Shared
    {
        private const int MostKept = 4096;

        private readonly ConcurrentDictionary<string, HandlebarsTemplate<TextWriter, object, object>> _templates = new(StringComparer.Ordinal);
        private readonly IHandlebars _engine;

        public Shared(TextFormat format)
        {
            var configuration = new HandlebarsConfiguration { TextEncoder = new FormatEncoder(format) };
            configuration.FormatterProviders.Add(new ModelFormatterProvider());
            configuration.ObjectDescriptorProviders.Add(new ModelDescriptors());
            _engine = Handlebars.Create(configuration);
            TemplateHelpers.Register(_engine, format);
        }

        public HandlebarsTemplate<TextWriter, object, object> Compile(string text)
        {
            if (_templates.Count > MostKept)
            {
                _templates.Clear();
            }

            return _templates.GetOrAdd(text, t =>
            {
                using var reader = new StringReader(t);
                return _engine.Compile(reader);
            });
        }
    }

    // Booleans and whole objects the way JSON writes them, not the way .NET does.
    private sealed class ModelFormatterProvider : IFormatterProvider, IFormatter
    {
        public bool TryCreateFormatter(Type type, out IFormatter formatter)
        {
            formatter = this;
            return TemplateModel.IsWrittenAsJson(type);
        }

        public void Format<T>(T value, in EncodedTextWriter writer) => writer.Write(TemplateModel.ToJson(value));
    }
}
