using System.Text;
using System.Text.RegularExpressions;

namespace WebhookBot.Rules.Templates;

/// <summary>
/// Reads a template's mustaches without compiling it, which takes a thousand times longer: what is wrong with them, which facts they
/// read, and the same text with paths written the way the template engine wants them (<c>alerts[0]</c> is <c>alerts.[0]</c> there).
/// </summary>
internal sealed partial class TemplateSyntax
{
    private const int MaxDepth = 32;

    /// <summary>What may stand behind <c>#</c>.</summary>
    public static readonly string[] Blocks = ["each", "if", "unless", "with"];

    // Names that the engine takes for a call wherever they stand alone.
    private static readonly HashSet<string> Taken = [.. TemplateHelpers.Names, .. Blocks, "log"];

    private static readonly string[] Literals = ["true", "false", "null", "undefined", "this"];

    private readonly string _text;
    private readonly StringBuilder _rewritten = new();
    private readonly Stack<TemplateBlock> _open = new();
    private readonly HashSet<string> _facts = new(StringComparer.Ordinal);
    private readonly HashSet<string> _vars = new(StringComparer.Ordinal);
    private readonly HashSet<(string, string?)> _fields = [];

    private TemplateSyntax(string text) => _text = text;

    /// <summary>What is wrong, in words; null when nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Where in the text the mustache begins that is wrong.</summary>
    public int ProblemAt { get; private set; }

    /// <summary>The first expression that is written out without escaping; null when there is none.</summary>
    public string? Unescaped { get; private set; }

    /// <summary>The facts it reads, without <c>facts.</c>.</summary>
    public IReadOnlySet<string> Facts => _facts;

    /// <summary>The variables it reads, without <c>vars.</c>.</summary>
    public IReadOnlySet<string> Vars => _vars;

    /// <summary>
    /// The paths it reads from the event itself. Inside of <c>with</c> a path goes on from there; inside of <c>each</c> from its first element.
    /// <c>Within</c> is what the block is about.
    /// </summary>
    public IReadOnlyCollection<(string Path, string? Within)> Fields => _fields;

    /// <summary>True when it has no mustache at all.</summary>
    public bool IsConstant { get; private set; } = true;

    /// <summary>The text for the template engine.</summary>
    public string Rewritten => _rewritten.ToString();

    public static TemplateSyntax Read(string text)
    {
        var syntax = new TemplateSyntax(text);
        syntax.ReadAll();
        return syntax;
    }

    private void ReadAll()
    {
        var at = 0;
        while (Problem is null)
        {
            var open = _text.IndexOf("{{", at, StringComparison.Ordinal);
            if (open < 0)
            {
                CheckTags(at, _text.Length);
                _rewritten.Append(_text, at, _text.Length - at);
                break;
            }

            CheckTags(at, open);
            _rewritten.Append(_text, at, open - at);
            IsConstant = false;
            at = IsEscaped(open) ? Skip(open) : ReadMustache(open);
        }

        if (Problem is null && _open.Count > 0)
        {
            ProblemAt = _open.Peek().At;
            Problem = $"{{{{#{_open.Peek().Name}}}}} is not closed; add {{{{/{_open.Peek().Name}}}}}";
        }
    }

    // {% if … %}: a tag of Jinja or Liquid would be written out as it is.
    private void CheckTags(int from, int to)
    {
        if (Tag().Match(_text, from, to - from) is { Success: true } tag)
        {
            ProblemAt = tag.Index;
            Problem = $"'{Shorten(tag.Value)}' is not part of templates here; write {{{{#if …}}}} … {{{{/if}}}} or {{{{#each …}}}} … {{{{/each}}}}";
        }
    }

    // As the engine has it: one backslash makes the mustache a text, two are a backslash before a mustache.
    private bool IsEscaped(int open) => open > 0 && _text[open - 1] == '\\' && !(open > 1 && _text[open - 2] == '\\');

    private int Skip(int open)
    {
        _rewritten.Append("{{");
        return open + 2;
    }

    private int ReadMustache(int open)
    {
        ProblemAt = open;
        var isComment = _text.AsSpan(open).StartsWith("{{!--");
        var isTriple = _text.AsSpan(open).StartsWith("{{{");
        var end = isComment ? "--}}" : isTriple ? "}}}" : "}}";
        var start = open + (isTriple ? 3 : 2);
        var close = _text.IndexOf(end, start, StringComparison.Ordinal);
        if (close < 0)
        {
            Problem = $"'{Shorten(_text[open..])}' is not closed with {end}";
            return _text.Length;
        }

        var inside = _text[start..close];
        if (isComment || inside.StartsWith('!'))
        {
            return close + end.Length;
        }

        // The engine reads the three as the end of another kind of mustache.
        if (!isTriple && close + 2 < _text.Length && _text[close + 2] == '}')
        {
            Problem = $"'{Shorten(_text[open..(close + 3)])}' is closed by two braces and not by three; write a blank before the third";
            return _text.Length;
        }

        if (isTriple)
        {
            Unescaped ??= _text[open..(close + end.Length)];
        }

        _rewritten.Append(isTriple ? "{{{" : "{{").Append(ReadTag(inside)).Append(end);
        return close + end.Length;
    }

    private string ReadTag(string inside)
    {
        var body = inside.Trim('~').Trim();
        if (body.Length == 0)
        {
            Problem = "an empty {{}} stands for nothing";
            return inside;
        }

        switch (body[0])
        {
            case '#':
                return OpenBlock(inside, body);
            case '/':
                return CloseBlock(inside, body[1..].Trim());
            case '>' or '*':
                Problem = $"partials and decorators are not part of templates here: '{Shorten(body)}'";
                return inside;
            case '^':
                Problem = "'^' is not part of templates here; write {{else}}, or {{#unless ...}}";
                return inside;
            case '&':
                Problem = "'&' is not part of templates here; write {{{...}}} for what is not to be escaped";
                return inside;
            default:
                if (body == "else" || body.StartsWith("else ", StringComparison.Ordinal))
                {
                    return Else(inside, body);
                }

                return inside.Replace(body, ReadExpression(body, isBlock: false), StringComparison.Ordinal);
        }
    }

    private string OpenBlock(string inside, string body)
    {
        var (called, names) = Named(body[1..].Trim());
        var expression = ReadExpression(called, isBlock: true);
        var name = expression.Split(' ', 2)[0];
        if (Problem is null && !Blocks.Contains(name))
        {
            Problem = $"unknown block '#{Shorten(name)}'{Compilation.Suggestion.For(name, Blocks)}";
        }
        else if (Problem is null && !expression.Contains(' ', StringComparison.Ordinal))
        {
            Problem = $"'#{name}' needs a value";
        }

        if (_open.Count == MaxDepth)
        {
            Problem = $"blocks are nested deeper than {MaxDepth} levels";
        }

        _open.Push(new TemplateBlock(name, ProblemAt, ScopeIn(name, called)) { Names = names });
        return inside.Replace(body, body[0] + expression + body[(1 + body[1..].IndexOf(called, StringComparison.Ordinal) + called.Length)..], StringComparison.Ordinal);
    }

    // {{#each labels as |label index|}}: the names are for what stands in the block.
    private static (string Expression, string[] Names) Named(string expression) => BlockNames().Match(expression) is { Success: true } named
        ? (expression[..named.Index], named.Groups["names"].Value.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        : (expression, []);

    private bool IsNamed(string token) => _open.Any(b => b.Names.Contains(token.Split('.', '/', '[')[0]));

    // Null where it is not known what a path goes on from.
    private TemplateScope? ScopeIn(string block, string expression)
    {
        var here = Here;
        if (here is null || block is not ("each" or "with"))
        {
            return here;
        }

        var path = expression[block.Length..].Trim();
        return !IsField(path) || path.Any(c => c is ' ' or '|' or '(' or '@') ? null
            : block == "with" ? new TemplateScope(here.Of(path), here.Of(path))
            : new TemplateScope(here.Of(path) + "[0]", here.Of(path));
    }

    // What stands in the else of a loop or of a with goes on from outside of it.
    private TemplateScope? Here => _open.Any(b => b is { HasElse: true, Name: "each" or "with" }) ? null : _open.TryPeek(out var inner) ? inner.Scope : TemplateScope.Event;

    private static bool IsField(string token) => token.Length > 0 && (char.IsLetter(token[0]) || token[0] == '_') && !Literals.Contains(token);

    private string CloseBlock(string inside, string name)
    {
        if (_open.Count == 0 || _open.Pop().Name != name)
        {
            Problem = $"{{{{/{Shorten(name)}}}}} closes nothing";
        }

        return inside;
    }

    private string Else(string inside, string body)
    {
        if (_open.Count == 0)
        {
            Problem = "{{else}} stands outside of a block";
            return inside;
        }

        if (_open.Peek().HasElse)
        {
            Problem = $"a second {{{{else}}}} in {{{{#{_open.Peek().Name}}}}}";
            return inside;
        }

        if (body == "else")
        {
            _open.Peek().HasElse = true;
            return inside;
        }

        var expression = ReadExpression(body[5..].Trim(), isBlock: true);
        if (Problem is null && !expression.StartsWith("if ", StringComparison.Ordinal))
        {
            Problem = $"write {{{{else}}}} or {{{{else if ...}}}}, not '{Shorten(body)}'";
        }

        return inside.Replace(body, "else " + expression, StringComparison.Ordinal);
    }

    private string ReadExpression(string expression, bool isBlock)
    {
        var rewritten = new StringBuilder();
        var isFirst = true;
        var depth = 0;
        var tokens = Tokens().Matches(expression).Select(m => m.Value).ToList();
        if (!isBlock || expression.Contains('=', StringComparison.Ordinal))
        {
            Problem = tokens.Count > 1 || expression.Contains('|', StringComparison.Ordinal) ? TemplateMend.Of(expression) : null;
        }

        if (Problem is null && !isBlock && tokens is ["(", ..])
        {
            Problem = $"a helper is called without parentheses: {{{{{Shorten(expression.Trim('(', ')', ' '))}}}}}";
        }

        if (Problem is null && !string.IsNullOrWhiteSpace(Tokens().Replace(expression, "")) || (tokens.Count == 1 && tokens[0][0] is '"' or '\''))
        {
            Problem = $"cannot read '{Shorten(expression)}'";
        }

        for (var i = 0; i < tokens.Count && Problem is null; i++)
        {
            var token = tokens[i];
            var before = rewritten.Length == 0 || rewritten[^1] is '(' or '=' || token is ")" ? "" : " ";
            var isCall = isFirst && (depth > 0 || isBlock || tokens.Count > 1);
            rewritten.Append(before).Append(isCall && token is not ("(" or ")") ? Call(token, depth, isBlock) : ReadToken(token));
            depth += token switch { "(" => 1, ")" => -1, _ => 0 };
            isFirst = token is "(";
            if (depth is < 0 or > MaxDepth)
            {
                break;
            }
        }

        if (Problem is null && depth != 0)
        {
            Problem = $"the parentheses of '{Shorten(expression)}' do not match{(depth > MaxDepth ? $", or are deeper than {MaxDepth} levels" : "")}";
        }

        if (Problem is null && tokens.Count > 1)
        {
            Problem = HelperArguments.Problem(tokens, isBlock);
        }

        return rewritten.ToString();
    }

    private string Call(string name, int depth, bool isBlock)
    {
        if (!(isBlock && depth == 0) && !TemplateHelpers.Names.Contains(name))
        {
            Problem = $"unknown helper '{Shorten(name)}'{Compilation.Suggestion.For(name, TemplateHelpers.Names)}";
        }

        return name == "lookup" ? TemplateHelpers.Lookup : name;
    }

    private string ReadToken(string token)
    {
        if (token[0] is '(' or ')' or '"' or '\'' || token.EndsWith('='))
        {
            return token;
        }

        if (TemplateMend.Path(token) is { } meant)
        {
            Problem = $"a path is written without a sign before it: {{{{{Shorten(meant)}}}}}";
        }

        var path = Brackets().Replace(QuotedBrackets().Replace(token, "[$1]"), ".[");
        var fact = FactName().Match(path);
        if (fact.Success && fact.Groups["name"].Length == 0)
        {
            Problem = $"name the fact, as in facts.changed_files, instead of '{Shorten(token)}'";
        }
        else if (fact.Success)
        {
            _facts.Add(fact.Groups["name"].Value);
        }
        else if (IsField(token) && !IsNamed(token) && Here is { } here)
        {
            _fields.Add((here.Of(token.Replace('/', '.')), here.Within));
        }

        if (VariableName().Match(path) is { Success: true } variable)
        {
            _vars.Add(variable.Groups["name"].Value);
        }

        // A field of the payload that is called like a helper: "date", "link".
        return Taken.Contains(path) ? "./" + path : path;
    }

    // The rest of a text that has lines says nothing about the mustache.
    private static string Shorten(string text) => Compilation.Suggestion.Shorten(text.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? text[..end] + "…" : text);

    [GeneratedRegex("""[A-Za-z_][\w-]*=|"[^"]*"|'[^']*'|\(|\)|(?:\[[^\]]*\]|[^\s()="'\[\]{}])+""", RegexOptions.CultureInvariant)]
    private static partial Regex Tokens();

    [GeneratedRegex(@"\{%-?\s*(if|for|else|elif|endif|endfor|set|assign|unless|case)\b[^%]*%\}", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+as\s+\|(?<names>[\w\s]*)\|\z", RegexOptions.CultureInvariant)]
    private static partial Regex BlockNames();

    [GeneratedRegex("""\[["']([^"'\]]*)["']\]""", RegexOptions.CultureInvariant)]
    private static partial Regex QuotedBrackets();

    [GeneratedRegex("""(?<=[^.\/])\[""", RegexOptions.CultureInvariant)]
    private static partial Regex Brackets();

    [GeneratedRegex("""^(?:@root[./]|this[./]|\.\.?/)*facts(?:$|[./]\[?(?<name>\w+))""", RegexOptions.CultureInvariant)]
    private static partial Regex FactName();

    [GeneratedRegex("""^(?:@root[./]|this[./]|\.\.?/)*vars[./]\[?(?<name>[\w-]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex VariableName();
}
