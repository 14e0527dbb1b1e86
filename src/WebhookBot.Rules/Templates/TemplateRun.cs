using System.Text;

namespace WebhookBot.Rules.Templates;

/// <summary>A template asked for more than it may have.</summary>
internal sealed class TemplateLimitException(string message) : Exception(message);

/// <summary>What a template is rendered with.</summary>
/// <param name="Model">What its paths start from.</param>
/// <param name="Now">The time that "ago" counts from.</param>
/// <param name="People">The Slack user of each GitHub login that is named.</param>
internal sealed record TemplateInput(IReadOnlyDictionary<string, object?> Model, DateTimeOffset Now, IReadOnlyDictionary<string, string> People);

/// <summary>
/// The bounds of one rendering, on the thread that renders: output and loop steps are counted, so that no payload makes a template run
/// away.
/// </summary>
internal sealed class TemplateRun : IDisposable
{
    public const int MaxOutput = 40 * 1024;
    public const int MaxSteps = 10_000;

    [ThreadStatic]
    private static TemplateRun? s_current;

    private int _steps;

    private TemplateRun(TemplateInput input) => Input = input;

    /// <summary>What it is rendered with.</summary>
    public TemplateInput Input { get; }

    public static TemplateRun Current => s_current ?? throw new InvalidOperationException("no template is being rendered");

    public static TemplateRun Begin(TemplateInput input) => s_current = new TemplateRun(input);

    public static void CountStep()
    {
        if (s_current is { } run && ++run._steps > MaxSteps)
        {
            throw new TemplateLimitException($"the template loops over more than {MaxSteps:N0} elements");
        }
    }

    public void Dispose() => s_current = null;
}

/// <summary>Collects the output up to <see cref="TemplateRun.MaxOutput"/> characters.</summary>
internal sealed class TemplateOutput : TextWriter
{
    private readonly StringBuilder _text = new();
    private int? _addressAt;

    public override Encoding Encoding => Encoding.Unicode;

    public bool IsAtStart => _text.Length == 0;

    /// <summary>How long the address of a link or mention of Slack is so far, behind its <c>&lt;</c>; null outside of one. Values never have that sign.</summary>
    public int? LengthOfSlackAddress => _addressAt is { } start ? _text.Length - start : null;

    public override void Write(char value)
    {
        CheckRoom(1);
        Note([value]);
        _text.Append(value);
    }

    public override void Write(string? value)
    {
        CheckRoom(value?.Length ?? 0);
        Note(value);
        _text.Append(value);
    }

    public override void Write(char[] buffer, int index, int count)
    {
        CheckRoom(count);
        Note(buffer.AsSpan(index, count));
        _text.Append(buffer, index, count);
    }

    public override string ToString() => _text.ToString();

    private void Note(ReadOnlySpan<char> more)
    {
        for (var i = 0; i < more.Length; i++)
        {
            _addressAt = more[i] switch
            {
                '<' => _text.Length + i + 1,
                '>' or '|' or <= ' ' => null,
                _ => _addressAt,
            };
        }
    }

    private void CheckRoom(int more)
    {
        if (_text.Length + more > TemplateRun.MaxOutput)
        {
            throw new TemplateLimitException($"the template's output is longer than {TemplateRun.MaxOutput:N0} characters; use truncate");
        }
    }
}
